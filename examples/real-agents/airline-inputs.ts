import * as v from 'valibot';

/** Schemas of what a model may send to the tools of `AirlineAgent`. */

const cabin = v.picklist(['basic_economy', 'economy', 'business']);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const flight = v.object({ flight_number: v.string(), date: v.string() });
const passenger = v.object({ first_name: v.string(), last_name: v.string(), dob: v.string() });
const payment = v.object({ payment_id: v.string(), amount: v.number() });

export const nothing = v.object({});
export const expression = v.object({ expression: v.string() });
export const thought = v.object({ thought: v.string() });
export const summary = v.object({ summary: v.string() });

export const user = v.object({ user_id: v.string() });
export const reservation = v.object({ reservation_id: v.string() });
export const flightSearch = v.object({ origin: v.string(), destination: v.string(), date: v.string() });

export const booking = v.object({
  user_id: v.string(),
  origin: v.string(),
  destination: v.string(),
  flight_type: v.picklist(['one_way', 'round_trip']),
  cabin,
  flights: v.array(flight),
  passengers: v.array(passenger),
  payment_methods: v.array(payment),
  total_baggages: count,
  nonfree_baggages: count,
  insurance: v.picklist(['yes', 'no']),
});

export const flightChange = v.object({
  reservation_id: v.string(),
  cabin,
  flights: v.array(flight),
  payment_id: v.string(),
});

export const baggageChange = v.object({
  reservation_id: v.string(),
  total_baggages: count,
  nonfree_baggages: count,
  payment_id: v.string(),
});

export const passengerChange = v.object({ reservation_id: v.string(), passengers: v.array(passenger) });

export const certificate = v.object({ user_id: v.string(), amount: v.number() });

export type Expression = v.InferOutput<typeof expression>;
export type Thought = v.InferOutput<typeof thought>;
export type Summary = v.InferOutput<typeof summary>;
export type User = v.InferOutput<typeof user>;
export type Reservation = v.InferOutput<typeof reservation>;
export type FlightSearch = v.InferOutput<typeof flightSearch>;
export type Booking = v.InferOutput<typeof booking>;
export type FlightChange = v.InferOutput<typeof flightChange>;
export type BaggageChange = v.InferOutput<typeof baggageChange>;
export type PassengerChange = v.InferOutput<typeof passengerChange>;
export type Certificate = v.InferOutput<typeof certificate>;
