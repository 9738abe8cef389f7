// The package brings no types; these are of what is called here.
declare module 'opossum' {
  export interface Options {
    readonly timeout?: number | false;
    readonly rollingPercentilesEnabled?: boolean;
    readonly errorThresholdPercentage?: number;
    readonly resetTimeout?: number;
  }
  export default class CircuitBreaker<Args extends unknown[], Result> {
    constructor(action: (...args: Args) => Promise<Result>, options?: Options);
    fire(...args: Args): Promise<Result>;
    open(): void;
  }
}
