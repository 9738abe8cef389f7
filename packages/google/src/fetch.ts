/** What the SDK sends requests with. */
export type Fetch = typeof globalThis.fetch;
