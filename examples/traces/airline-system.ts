/** What the airline's reservation system answers, request by request. Only what somebody reads is spelled out. */
export interface AirlineAnswers {
  get_user_details: Profile;
  get_reservation_details: Reservation;
  search_direct_flight: readonly Flight[];
  search_onestop_flight: readonly (readonly DatedFlight[])[];
  book_reservation: Reservation;
  cancel_reservation: Reservation;
  update_reservation_flights: Reservation;
  update_reservation_baggages: Reservation;
  update_reservation_passengers: Reservation;
  send_certificate: string;
  list_all_airports: Readonly<Record<string, string>>;
  calculate: string;
  think: string;
  transfer_to_human_agents: string;
}

/** A customer's profile. It does not repeat the user id that it was asked for. */
export interface Profile {
  readonly name: PersonName;
  /** By payment id. */
  readonly payment_methods: Readonly<Record<string, unknown>>;
  readonly saved_passengers: readonly PersonName[];
  /** Ids of the customer's reservations. */
  readonly reservations: readonly string[];
}

/** A booking, as reading and changing it return it. */
export interface Reservation {
  readonly reservation_id: string;
  /** Whose it is. */
  readonly user_id: string;
  readonly flights: readonly DatedFlight[];
  readonly passengers: readonly PersonName[];
  readonly payment_history: readonly { readonly payment_id: string; readonly amount: number }[];
}

export interface PersonName {
  readonly first_name: string;
  readonly last_name: string;
}

/** A flight of the day that was searched for. */
export interface Flight {
  readonly flight_number: string;
}

export interface DatedFlight extends Flight {
  readonly date: string;
}

/** The airline behind the agent's tools: in production a client of its API, here the recording of a conversation. */
export abstract class AirlineSystem {
  abstract request<Name extends keyof AirlineAnswers>(name: Name, args: object): Promise<AirlineAnswers[Name]>;
}
