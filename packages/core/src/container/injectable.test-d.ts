import { Injectable } from './injectable.js';

declare function keep(...dependencies: unknown[]): void;

class Pool {
  readonly url = '';
}
class Logger {
  log(_line: string): void {}
}
abstract class Clock {
  abstract now(): number;
}
class TracingLogger extends Logger {
  readonly traceId = '';
}
const URL = Symbol('url');

// Accepted

@Injectable()
export class NoDependencies {}

@Injectable({ inject: [Pool, Logger] })
export class InOrder {
  constructor(pool: Pool, logger: Logger) {
    keep(pool, logger);
  }
}

@Injectable({ inject: [TracingLogger, Clock], scope: 'run' })
export class SubclassAndAbstractClass {
  constructor(logger: Logger, clock: Clock) {
    keep(logger, clock);
  }
}

@Injectable({ inject: [URL, 'retries'] })
export class SymbolAndText {
  constructor(url: string, retries: number) {
    keep(url, retries);
  }
}

@Injectable({ inject: [Pool] })
export class OptionalRest {
  constructor(pool: Pool, logger = new Logger()) {
    keep(pool, logger);
  }
}

@Injectable({ scope: 'transient' })
export class OnlyScope {}

// Rejected

// @ts-expect-error the order is wrong
@Injectable({ inject: [Logger, Pool] })
export class WrongOrder {
  constructor(pool: Pool, logger: Logger) {
    keep(pool, logger);
  }
}

// @ts-expect-error the second parameter has no token
@Injectable({ inject: [Pool] })
export class MissingToken {
  constructor(pool: Pool, logger: Logger) {
    keep(pool, logger);
  }
}

// @ts-expect-error a required parameter without any token
@Injectable()
export class NoTokens {
  constructor(pool: Pool) {
    keep(pool);
  }
}

// @ts-expect-error another class
@Injectable({ inject: [Logger] })
export class WrongClass {
  constructor(pool: Pool) {
    keep(pool);
  }
}

// @ts-expect-error the parent's instances lack what the parameter needs
@Injectable({ inject: [Logger] })
export class ParentInsteadOfSubclass {
  constructor(logger: TracingLogger) {
    keep(logger);
  }
}

// @ts-expect-error misspelt scope
@Injectable({ scope: 'request' })
export class WrongScope {}

// @ts-expect-error misspelt option
@Injectable({ injects: [Pool] })
export class WrongOption {}

// @ts-expect-error a number is no token
@Injectable({ inject: [1] })
export class WrongToken {
  constructor(pool: Pool) {
    keep(pool);
  }
}

export class NotAClass {
  // @ts-expect-error it marks classes, not methods
  @Injectable()
  method(): void {}
}
