/** Hosts of OpenAI and of providers that speak its API, by the names that prices have. A leading dot stands for any subdomain. */
const HOSTS: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  '.api.openai.com': 'openai',
  '.openai.azure.com': 'azure',
  '.services.ai.azure.com': 'azure',
  '.cognitiveservices.azure.com': 'azure',
  'api.groq.com': 'groq',
  'openrouter.ai': 'openrouter',
  'api.mistral.ai': 'mistral',
  'api.deepseek.com': 'deepseek',
  'api.x.ai': 'x-ai',
  '.api.x.ai': 'x-ai',
  'api.together.xyz': 'together',
  'api.together.ai': 'together',
  'api.fireworks.ai': 'fireworks',
  'api.cerebras.ai': 'cerebras',
  'api.perplexity.ai': 'perplexity',
  'api.moonshot.ai': 'moonshotai',
  'api.novita.ai': 'novita',
  'api.cohere.ai': 'cohere',
  'api.cohere.com': 'cohere',
  'api.z.ai': 'zai',
  'api.minimax.io': 'minimax',
  'generativelanguage.googleapis.com': 'google',
  'api.anthropic.com': 'anthropic',
};

/** What is looked at of a client to find its provider. */
interface ClientOfProvider {
  readonly baseURL?: unknown;
}

/** The provider of a client: by the host of its address; a host that is not known is its own name. */
export function providerOf(client: ClientOfProvider, isAzure: boolean): string {
  if (isAzure) return 'azure';
  if (typeof client.baseURL !== 'string' || !URL.canParse(client.baseURL)) return 'openai';
  const { hostname } = new URL(client.baseURL);
  for (const [host, provider] of Object.entries(HOSTS))
    if (host.startsWith('.') ? hostname.endsWith(host) : hostname === host) return provider;
  return hostname;
}
