import { Agent, argumentsKey, Enforce, Idempotent, inject, Tool } from '@actguard/core';
import * as v from 'valibot';
import { askedToBook, askedToCancel } from './asked.js';
import { Backend } from './backend.js';
import * as calendar from './calendar.js';
import { eventFacts, knownEvent, onKnownDays } from './calendar.js';
import * as mail from './mail.js';
import { knownAddresses } from './mail.js';
import * as places from './travel-places.js';
import { listed, listedOrNamed } from './travel-places.js';
import { noPrivateNumbers, type Profile, profileFacts } from './travel-profile.js';

const nothing = v.object({});

type ByName = Readonly<Record<string, unknown>>;

/**
 * A travel agent: it compares hotels, restaurants, cars and flights, books them, and keeps the user's calendar.
 *
 * What it reads are reviews, which anybody may have written. They may speak for or against a place, and that is all: what is
 * booked is a place from the directory, on a day that the user said, and mail goes to people whom the user knows.
 */
@Agent()
export class TravelAgent {
  readonly #backend = inject(Backend);

  // Everything that a booking may need, private numbers included. What is read here is kept out of mails.

  @Tool({
    description: 'Read the profile of the user, with the data that bookings need.',
    input: nothing,
    prove: profileFacts,
  })
  async get_user_information(args: object): Promise<Profile> {
    return this.#backend.call('get_user_information', args);
  }

  // Directories. Only these prove names: prices, addresses and reviews are asked for by name, and repeat it.

  @Tool({ description: 'List the hotels of a city.', input: places.inCity, prove: listed('hotel') })
  async get_all_hotels_in_city(args: places.InCity): Promise<string> {
    return this.#backend.call('get_all_hotels_in_city', args);
  }

  @Tool({ description: 'List the restaurants of a city.', input: places.inCity, prove: listed('restaurant') })
  async get_all_restaurants_in_city(args: places.InCity): Promise<string> {
    return this.#backend.call('get_all_restaurants_in_city', args);
  }

  @Tool({
    description: 'List the companies that rent cars in a city.',
    input: places.inCity,
    prove: listed('car_rental'),
  })
  async get_all_car_rental_companies_in_city(args: places.InCity): Promise<string> {
    return this.#backend.call('get_all_car_rental_companies_in_city', args);
  }

  // What is known of a place. It changes nothing and tells nobody, so any name may be asked for; and it proves nothing.

  @Tool({ description: 'The price range of hotels.', input: places.hotels })
  async get_hotels_prices(args: places.Hotels): Promise<ByName> {
    return this.#backend.call('get_hotels_prices', args);
  }

  @Tool({ description: 'Rating and reviews of hotels.', input: places.hotels })
  async get_rating_reviews_for_hotels(args: places.Hotels): Promise<ByName> {
    return this.#backend.call('get_rating_reviews_for_hotels', args);
  }

  @Tool({ description: 'The address of a hotel.', input: places.oneHotel })
  async get_hotels_address(args: places.OneHotel): Promise<ByName> {
    return this.#backend.call('get_hotels_address', args);
  }

  @Tool({ description: 'The cuisine of restaurants.', input: places.restaurants })
  async get_cuisine_type_for_restaurants(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('get_cuisine_type_for_restaurants', args);
  }

  @Tool({ description: 'The addresses of restaurants.', input: places.restaurants })
  async get_restaurants_address(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('get_restaurants_address', args);
  }

  @Tool({ description: 'Rating and reviews of restaurants.', input: places.restaurants })
  async get_rating_reviews_for_restaurants(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('get_rating_reviews_for_restaurants', args);
  }

  @Tool({ description: 'The diets that restaurants serve.', input: places.restaurants })
  async get_dietary_restrictions_for_all_restaurants(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('get_dietary_restrictions_for_all_restaurants', args);
  }

  @Tool({ description: 'How to reach restaurants.', input: places.restaurants })
  async get_contact_information_for_restaurants(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('get_contact_information_for_restaurants', args);
  }

  @Tool({ description: 'The price per person of restaurants.', input: places.restaurants })
  async get_price_for_restaurants(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('get_price_for_restaurants', args);
  }

  @Tool({ description: 'When restaurants are open.', input: places.restaurants })
  async check_restaurant_opening_hours(args: places.Restaurants): Promise<ByName> {
    return this.#backend.call('check_restaurant_opening_hours', args);
  }

  @Tool({ description: 'The types of cars that companies rent.', input: places.companies })
  async get_car_types_available(args: places.Companies): Promise<ByName> {
    return this.#backend.call('get_car_types_available', args);
  }

  @Tool({ description: 'Rating and reviews of companies that rent cars.', input: places.companies })
  async get_rating_reviews_for_car_rental(args: places.Companies): Promise<ByName> {
    return this.#backend.call('get_rating_reviews_for_car_rental', args);
  }

  @Tool({ description: 'The fuels of the cars of companies.', input: places.companies })
  async get_car_fuel_options(args: places.Companies): Promise<ByName> {
    return this.#backend.call('get_car_fuel_options', args);
  }

  @Tool({ description: 'The addresses of companies that rent cars.', input: places.companies })
  async get_car_rental_address(args: places.Companies): Promise<ByName> {
    return this.#backend.call('get_car_rental_address', args);
  }

  @Tool({ description: 'The price of a car per day.', input: places.companies })
  async get_car_price_per_day(args: places.Companies): Promise<ByName> {
    return this.#backend.call('get_car_price_per_day', args);
  }

  @Tool({ description: 'The flights from one city to another.', input: places.flights })
  async get_flight_information(args: places.Flights): Promise<string> {
    return this.#backend.call('get_flight_information', args);
  }

  // Bookings cost money, so the user must have spoken of booking. The day is the user’s: this agent cannot look up what day it
  // is, so it can have it from nobody else. That also stops a review that has the dearest hotel booked, for the days that it
  // names. One that knows that the user books, and for the user's own days names another hotel of the directory, passes.

  @Tool({ description: 'Book a room.', input: places.hotelBooking })
  @Enforce(askedToBook(), listedOrNamed('hotel', 'hotel'), onKnownDays('start_day', 'end_day'))
  @Idempotent({ key: argumentsKey })
  async reserve_hotel(args: places.HotelBooking): Promise<string> {
    return this.#backend.call('reserve_hotel', args);
  }

  @Tool({ description: 'Book a table.', input: places.tableBooking })
  @Enforce(askedToBook(), listedOrNamed('restaurant', 'restaurant'), onKnownDays('start_time'))
  @Idempotent({ key: argumentsKey })
  async reserve_restaurant(args: places.TableBooking): Promise<string> {
    return this.#backend.call('reserve_restaurant', args);
  }

  @Tool({ description: 'Book a car.', input: places.carBooking })
  @Enforce(askedToBook(), listedOrNamed('company', 'car_rental'), onKnownDays('start_time', 'end_time'))
  @Idempotent({ key: argumentsKey })
  async reserve_car_rental(args: places.CarBooking): Promise<string> {
    return this.#backend.call('reserve_car_rental', args);
  }

  // The calendar. An event invites its guests by mail, and an event that nobody wanted sends the user somewhere.

  @Tool({
    description: 'Find events by words in title or description, and by day.',
    input: calendar.eventSearch,
    prove: eventFacts,
  })
  async search_calendar_events(args: calendar.EventSearch): Promise<calendar.CalendarEvent[]> {
    return this.#backend.call('search_calendar_events', args);
  }

  @Tool({ description: 'The events of one day.', input: calendar.eventsOfDay, prove: eventFacts })
  async get_day_calendar_events(args: calendar.EventsOfDay): Promise<calendar.CalendarEvent[]> {
    return this.#backend.call('get_day_calendar_events', args);
  }

  @Tool({ description: 'Create an event and invite guests to it.', input: calendar.eventToCreate, prove: eventFacts })
  @Enforce(knownAddresses('participants'), onKnownDays('start_time'))
  async create_calendar_event(args: calendar.EventToCreate): Promise<calendar.CalendarEvent> {
    return this.#backend.call('create_calendar_event', args);
  }

  @Tool({ description: 'Cancel an event, and tell its guests.', input: calendar.eventById })
  @Enforce(knownEvent(), askedToCancel())
  async cancel_calendar_event(args: calendar.EventById): Promise<string> {
    return this.#backend.call('cancel_calendar_event', args);
  }

  @Tool({ description: 'Send a mail.', input: mail.mailToSend })
  @Enforce(knownAddresses('recipients', 'cc', 'bcc'), noPrivateNumbers())
  @Idempotent({ key: argumentsKey })
  async send_email(args: mail.MailToSend): Promise<mail.Mail> {
    return this.#backend.call('send_email', args);
  }
}
