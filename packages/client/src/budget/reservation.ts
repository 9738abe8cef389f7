import type { Reservation, ReserveRequest } from '@actguard/core';
import * as v from 'valibot';
import { answerFields } from './answer-fields.js';

const RESERVATION = v.object({
  reserveId: v.pipe(v.string(), v.trim(), v.nonEmpty()),
  costLimit: v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), undefined),
  tariffVersion: v.fallback(v.optional(v.pipe(v.string(), v.nonEmpty())), undefined),
  estimatedUsdMicros: v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), undefined),
});

/** The body of a reservation: nothing but what is known. */
export function reserveBody({ runId, costLimit, planKey, userId }: ReserveRequest): string {
  return JSON.stringify({
    run_id: runId,
    ...(costLimit === undefined ? {} : { cost_limit: costLimit }),
    ...(planKey === undefined || planKey === '' ? {} : { plan_key: planKey }),
    ...(userId === undefined || userId === '' ? {} : { user_id: userId }),
  });
}

/** What was granted; `undefined` where an answer does not name a reservation. */
export function reservationOf(body: unknown): Reservation | undefined {
  const names = ['reserveId', 'costLimit', 'tariffVersion', 'estimatedUsdMicros'] as const;
  const { success, output } = v.safeParse(RESERVATION, answerFields(body, names));
  if (!success) return undefined;
  const { reserveId, costLimit, tariffVersion, estimatedUsdMicros } = output;
  return {
    reserveId,
    ...(costLimit === undefined ? {} : { costLimit }),
    ...(tariffVersion === undefined ? {} : { tariffVersion }),
    ...(estimatedUsdMicros === undefined ? {} : { estimatedUsdMicros }),
  };
}
