import type { ActGuardEvent } from '@actguard/core';
import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import {
  ACTGUARD,
  ACTGUARD_METRICS,
  BUCKETS,
  ERROR_TYPE,
  GEN_AI,
  GEN_AI_METRICS,
  operationNameOf,
  providerNameOf,
} from './gen-ai-names.js';

/** Counts events. Attributes have few values: no ids of runs, users or calls. */
export class EventMetrics {
  readonly #runs: Counter;
  readonly #refusals: Counter;
  readonly #interventions: Counter;
  readonly #observations: Counter;
  readonly #cost: Counter;
  readonly #toolSeconds: Histogram;
  readonly #tokens: Histogram;

  constructor(meter: Meter) {
    const counter = (name: string, unit: string, description: string): Counter =>
      meter.createCounter(name, { unit, description });
    this.#runs = counter(ACTGUARD_METRICS.runs, '{run}', 'Runs that ended.');
    this.#refusals = counter(ACTGUARD_METRICS.refusals, '{refusal}', 'Calls that a guard or a budget refused.');
    this.#interventions = counter(
      ACTGUARD_METRICS.interventions,
      '{intervention}',
      'Calls that a guard answered, put off or cut off.',
    );
    this.#observations = counter(
      ACTGUARD_METRICS.observations,
      '{refusal}',
      'Calls that would have been refused, in observe mode.',
    );
    this.#cost = counter(
      ACTGUARD_METRICS.cost,
      '{USD}',
      'What calls of models were charged with, where their price is known.',
    );
    this.#toolSeconds = meter.createHistogram(GEN_AI_METRICS.executeToolDuration, {
      unit: 's',
      description: 'Duration of the methods of tools.',
      advice: { explicitBucketBoundaries: [...BUCKETS.seconds] },
    });
    this.#tokens = meter.createHistogram(GEN_AI_METRICS.tokenUsage, {
      unit: '{token}',
      description: 'Input and output tokens of calls of models.',
      advice: { explicitBucketBoundaries: [...BUCKETS.tokens] },
    });
  }

  record(event: ActGuardEvent): void {
    switch (event.name) {
      case 'run.end':
        return this.#runs.add(1, { [ACTGUARD.outcome]: event.outcome });
      case 'tool.invoke':
        return this.#toolSeconds.record(event.durationMs / 1000, { [GEN_AI.toolName]: event.toolName });
      case 'tool.failure':
        return this.#toolSeconds.record(event.durationMs / 1000, {
          [GEN_AI.toolName]: event.toolName,
          [ERROR_TYPE]: event.errorType,
        });
      case 'guard.blocked':
        return this.#refusals.add(1, refusalAttributes(event.toolName, event.guardName, event.code));
      case 'guard.observed':
        return this.#observations.add(1, refusalAttributes(event.toolName, event.guardName, event.code));
      case 'budget.blocked': {
        const counter = event.outcome === 'observed' ? this.#observations : this.#refusals;
        const attributes = { [ACTGUARD.guardName]: 'budget', [ACTGUARD.limitType]: event.limitType };
        return counter.add(1, attributes);
      }
      case 'guard.intervention':
        return this.#interventions.add(1, {
          ...refusalAttributes(event.toolName, event.guardName, undefined),
          [ACTGUARD.action]: event.action,
        });
      case 'llm.usage': {
        const { usage, usdMicros } = event;
        const attributes = {
          [GEN_AI.operationName]: operationNameOf(event.operation),
          [GEN_AI.providerName]: providerNameOf(event.provider),
          [GEN_AI.requestModel]: event.model,
        };
        const input = usage.input + usage.cachedInput + usage.cacheWrite5m + usage.cacheWrite1h + usage.audioInput;
        const output = usage.output + usage.reasoning + usage.audioOutput;
        this.#tokens.record(input, { ...attributes, [GEN_AI.tokenType]: 'input' });
        this.#tokens.record(output, { ...attributes, [GEN_AI.tokenType]: 'output' });
        if (usdMicros !== undefined) this.#cost.add(usdMicros / 1_000_000, attributes);
        return;
      }
    }
  }
}

function refusalAttributes(toolName: string, guardName: string, code: string | undefined): Attributes {
  return {
    [GEN_AI.toolName]: toolName,
    [ACTGUARD.guardName]: guardName,
    ...(code === undefined ? {} : { [ACTGUARD.errorCode]: code }),
  };
}
