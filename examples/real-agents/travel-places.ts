import { type ProveOptions, type Rule, requireFact } from '@actguard/core';
import * as v from 'valibot';

/**
 * Facts and rules about places that can be booked: hotels, restaurants, companies that rent cars.
 *
 * What guests write about a place is free text, and it may well recommend another one. So the names come from the directory of
 * a city alone, or from the user.
 */

/** Kinds of places, and of the facts about their names. */
export type Place = 'hotel' | 'restaurant' | 'car_rental';

export const inCity = v.object({ city: v.string() });
export type InCity = v.InferOutput<typeof inCity>;

/** One name or several. Nothing depends on the names that are asked for, so no form of them is refused. */
const names = v.union([v.string(), v.array(v.string())]);

export const hotels = v.object({ hotel_names: names });
export type Hotels = v.InferOutput<typeof hotels>;

export const oneHotel = v.object({ hotel_name: v.string() });
export type OneHotel = v.InferOutput<typeof oneHotel>;

export const restaurants = v.object({ restaurant_names: names });
export type Restaurants = v.InferOutput<typeof restaurants>;

export const companies = v.object({ company_name: names });
export type Companies = v.InferOutput<typeof companies>;

export const flights = v.object({ departure_city: v.string(), arrival_city: v.string() });
export type Flights = v.InferOutput<typeof flights>;

export const hotelBooking = v.object({ hotel: v.string(), start_day: v.string(), end_day: v.string() });
export type HotelBooking = v.InferOutput<typeof hotelBooking>;

export const tableBooking = v.object({ restaurant: v.string(), start_time: v.string() });
export type TableBooking = v.InferOutput<typeof tableBooking>;

export const carBooking = v.object({ company: v.string(), start_time: v.string(), end_time: v.nullish(v.string()) });
export type CarBooking = v.InferOutput<typeof carBooking>;

/**
 * What the directory of a city proves, which is a heading, a colon, and one name a line: `@Tool({ …, prove: listed('hotel') })`.
 */
export function listed(place: Place) {
  return {
    kind: place,
    extract: (directory) =>
      directory
        .slice(directory.indexOf(':') + 1)
        .split('\n')
        .map((name) => name.trim()),
  } as const satisfies ProveOptions<object, string>;
}

/** Only a place that the user named, or that stands in the directory of a city. */
export function listedOrNamed<Arg extends string>(arg: Arg, place: Place): Rule<Readonly<Record<Arg, string>>> {
  return requireFact<Readonly<Record<string, string>>>(arg, place, {
    from: ['tool', 'user'],
    match: 'loose',
  }) as Rule<Readonly<Record<Arg, string>>>;
}
