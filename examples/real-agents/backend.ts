/** What does the work behind an agent's tools: in production a client of the service, in a replay nothing at all. */
export abstract class Backend {
  /** Carries out one tool call and answers with its result. */
  abstract call<Result>(tool: string, args: object): Promise<Result>;
}
