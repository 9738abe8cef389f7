import { Agent, Enforce, Idempotent, inject, MaxAttempts, Prove, requireFact, Tool } from '@actguard/core';
import * as v from 'valibot';
import { Airline } from './world.js';

const Booking = v.object({ pnr: v.string() });
const RefundRequest = v.object({ tripId: v.string(), reason: v.picklist(['bereavement', 'illness', 'other']) });
const ConfirmedRefund = v.object({ tripId: v.string(), confirmToken: v.string() });

/** The refund desk of an airline. The methods trust their arguments, as methods do; the decorators don't. */
@Agent()
export class RefundAgent {
  readonly #airline: Airline;

  // A host injects the airline; a unit test (or the bare run of this demo) hands one to `new`.
  constructor(airline = inject(Airline)) {
    this.#airline = airline;
  }

  // What a lookup returns is known to exist: from now on this session may use that trip id.
  @Tool({ description: 'Look up a trip by its booking code.', input: Booking })
  @Prove({ kind: 'trip_id', extract: 'tripId' })
  async getTrip({ pnr }: v.InferOutput<typeof Booking>) {
    return this.#airline.findTrip(pnr) ?? { notFound: pnr };
  }

  // Only a preview that says yes has a `confirmToken`, so only then is a token proven, and for this trip alone.
  @Tool({
    description: 'Ask the refund policy. The answer has a confirmToken if it allows the refund.',
    input: RefundRequest,
  })
  @Enforce(requireFact('tripId', 'trip_id'))
  @Prove({ kind: 'refund_confirm_token', extract: 'confirmToken', about: 'tripId' })
  async refundPreview({ tripId, reason }: v.InferOutput<typeof RefundRequest>) {
    return this.#airline.previewRefund(tripId, reason);
  }

  // The endpoint behind this one pays whoever asks, so the rule has to stand here: the token must be one that a preview
  // gave, for this trip (`about`), and it pays once (`consume`). A repeat with the same token gets the first answer.
  @Tool({ description: 'Pay a refund. Needs the confirmToken of a refundPreview.', input: ConfirmedRefund })
  @Enforce(
    requireFact('confirmToken', 'refund_confirm_token', {
      about: 'tripId',
      consume: true,
      hint: 'Only refundPreview gives tokens. If it said no, tell the customer so; never make a token up.',
    }),
  )
  @Idempotent({ key: 'confirmToken' })
  @MaxAttempts(3)
  async legacyRefund({ tripId }: v.InferOutput<typeof ConfirmedRefund>) {
    return this.#airline.legacyRefund(tripId);
  }
}
