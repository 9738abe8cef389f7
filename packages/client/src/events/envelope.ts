import type { ActGuardEvent } from '@actguard/core';

/** An event as a gateway and the sinks write it. */
export interface EventEnvelope {
  /** A random UUID: the same however often the event is sent. */
  readonly id: string;
  /** When it happened, ISO 8601 in UTC. */
  readonly ts: string;
  /** The same; a gateway writes its own. */
  readonly ingested_at: string;
  /** Empty: the key says it. */
  readonly tenant_id: string;
  /** The run. */
  readonly run_id: string;
  /** Empty. */
  readonly trace_id: string;
  /** Empty. */
  readonly span_id: string;
  /** What it is about. */
  readonly category: string;
  /** What happened. */
  readonly name: string;
  /** Of this form. */
  readonly version: 1;
  /** `error` where something was refused or failed. */
  readonly severity: string;
  /** `success`, `blocked`, `failed`, `intervened`, or empty. */
  readonly outcome: string;
  /** Empty. */
  readonly digest: string;
  /** Empty. */
  readonly digest_algo: string;
  /** What is to be said of this kind of event. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Empty. */
  readonly evidence: readonly unknown[];
  /** Ids that are not part of the envelope: `session_id`, `call_id`. */
  readonly meta: Readonly<Record<string, string>>;
  /** Who the run is for. */
  readonly user_id?: string;
  /** As it was asked for. */
  readonly model?: string;
  /** Such as `openai`. */
  readonly provider?: string;
  /** Millionths of a USD that were charged. */
  readonly usd_micros?: number;
  /** Tokens that went in and were not read from a cache. */
  readonly input_tokens?: number;
  /** Tokens that were read from a prompt cache. */
  readonly cached_input_tokens?: number;
  /** Tokens that came out. */
  readonly output_tokens?: number;
  /** The budget scope. */
  readonly scope_id?: string;
  /** Its name. */
  readonly scope_name?: string;
  /** `root` or `nested`. */
  readonly scope_kind?: string;
  /** The scope around it. */
  readonly parent_scope_id?: string;
  /** The outermost scope around it. */
  readonly root_scope_id?: string;
  /** The plan that it is charged to. */
  readonly plan_key?: string;
  /** The tool. */
  readonly tool_name?: string;
}

/** Outcomes that the wire does not know become the nearest one that claims no more. */
const OUTCOMES: Readonly<Record<ActGuardEvent['outcome'], string>> = {
  '': '',
  success: 'success',
  blocked: 'blocked',
  failed: 'failed',
  aborted: 'failed',
  intervened: 'intervened',
  admitted: '',
  observed: '',
  warning: '',
};

/** Fields that stand beside the payload, besides those that every event has. */
export type PromotedFields = Pick<
  EventEnvelope,
  | 'model'
  | 'provider'
  | 'usd_micros'
  | 'input_tokens'
  | 'cached_input_tokens'
  | 'output_tokens'
  | 'scope_id'
  | 'scope_name'
  | 'scope_kind'
  | 'parent_scope_id'
  | 'root_scope_id'
  | 'plan_key'
  | 'tool_name'
>;

/** What an event says beyond the common fields. */
export interface EventContents {
  readonly promoted: PromotedFields;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Puts an event into its envelope. */
export function envelopeOf(event: ActGuardEvent, contents: EventContents, id: string): EventEnvelope {
  const ts = new Date(event.time).toISOString();
  // Observed is not blocked: whoever counts refusals by name must not count it.
  const isObserved = event.name === 'budget.blocked' && event.outcome === 'observed';
  return {
    id,
    ts,
    ingested_at: ts,
    tenant_id: '',
    run_id: event.runId,
    trace_id: '',
    span_id: '',
    category: isObserved ? 'guard' : event.category,
    name: isObserved ? 'guard.observed' : event.name,
    version: 1,
    severity: isObserved ? '' : event.severity,
    outcome: OUTCOMES[event.outcome],
    digest: '',
    digest_algo: '',
    payload: contents.payload,
    evidence: [],
    meta: { session_id: event.sessionId, ...('callId' in event ? { call_id: event.callId } : {}) },
    ...(event.userId === undefined || event.userId === '' ? {} : { user_id: event.userId }),
    ...contents.promoted,
  };
}
