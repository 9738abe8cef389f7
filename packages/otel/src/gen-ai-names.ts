/**
 * Names of the GenAI semantic conventions of OpenTelemetry, which are still in development: all of them stand here, and nowhere
 * else. The package with their constants marks them as deprecated, because they move.
 */
export const GEN_AI = {
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  conversationId: 'gen_ai.conversation.id',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  inputTokens: 'gen_ai.usage.input_tokens',
  cacheReadInputTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheCreationInputTokens: 'gen_ai.usage.cache_creation.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  reasoningOutputTokens: 'gen_ai.usage.reasoning.output_tokens',
  tokenType: 'gen_ai.token.type',
  toolName: 'gen_ai.tool.name',
  toolType: 'gen_ai.tool.type',
  toolCallId: 'gen_ai.tool.call.id',
} as const;

/** Metrics of the same conventions. */
export const GEN_AI_METRICS = {
  tokenUsage: 'gen_ai.client.token.usage',
  executeToolDuration: 'gen_ai.execute_tool.duration',
} as const;

/** Bounds that the conventions advise, so that dashboards of different sources agree. */
export const BUCKETS = {
  tokens: [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
  seconds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
} as const;

/** What an error was, from the general conventions. */
export const ERROR_TYPE = 'error.type';

/** What the conventions have no word for. */
export const ACTGUARD = {
  runId: 'actguard.run.id',
  outcome: 'actguard.outcome',
  guardName: 'actguard.guard.name',
  errorCode: 'actguard.error.code',
  action: 'actguard.action',
  attempt: 'actguard.call.attempt',
  scopeName: 'actguard.budget.scope.name',
  limitType: 'actguard.budget.limit.type',
  usdMicros: 'actguard.usage.usd_micros',
  isEstimated: 'actguard.usage.estimated',
} as const;

/** Metrics that the conventions have no word for. */
export const ACTGUARD_METRICS = {
  runs: 'actguard.runs',
  refusals: 'actguard.refusals',
  interventions: 'actguard.interventions',
  observations: 'actguard.observations',
  cost: 'actguard.cost',
} as const;

const PROVIDERS: Readonly<Record<string, string>> = { google: 'gcp.gen_ai' };

/** A provider as the conventions name it. */
export function providerNameOf(provider: string): string {
  return (Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined) ?? provider;
}

/** What was asked of a model, as the conventions name it; other operations keep their name. */
export function operationNameOf(operation: string): string {
  if (/^(chat\.completions|responses|messages|interactions)\b/.test(operation)) return 'chat';
  if (/^completions\b/.test(operation)) return 'text_completion';
  if (/embed/i.test(operation)) return 'embeddings';
  if (/generateContent/i.test(operation)) return 'generate_content';
  return operation;
}
