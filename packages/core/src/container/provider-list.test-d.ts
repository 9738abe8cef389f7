import type { Provider } from './provider.js';
import type { ProviderList, ProviderShapes } from './provider-list.js';

declare function create<Providers extends ProviderShapes = readonly Provider[]>(options: {
  readonly providers?: ProviderList<Providers>;
}): void;

class Pool {
  url = '';
  tags: string[] = [];
}
class Logger {
  log(_line: string): void {}
}
class Repository {
  readonly pool: Pool;
  constructor(pool: Pool, _logger: Logger) {
    this.pool = pool;
  }
}
abstract class Clock {
  abstract now(): number;
}
class SystemClock extends Clock {
  now(): number {
    return 1;
  }
}
const URL = Symbol('url');
const untyped: Provider[] = [Pool, { provide: Logger, useFactory: () => new Logger() }];

export function accepts(): void {
  create({});
  create({ providers: [] });
  create({ providers: [Pool, Logger] });
  create({ providers: untyped });
  create({ providers: untyped as readonly Provider[] });
  create({ providers: [...untyped, Pool] });
  create({ providers: [{ provide: Clock, useClass: SystemClock, scope: 'run' }] });
  create({ providers: [{ provide: Pool, useValue: { url: '', tags: ['a'] } }] });
  create({
    providers: [
      { provide: URL, useValue: 3 },
      { provide: 'url', useExisting: URL },
    ],
  });
  create({ providers: [{ provide: Clock, useExisting: SystemClock }] });
  create({
    providers: [
      Logger,
      {
        provide: Repository,
        inject: [Pool, Logger],
        useFactory: (pool: Pool, logger: Logger) => new Repository(pool, logger),
      },
    ],
  });
  create({ providers: [{ provide: Pool, useFactory: async () => ({ url: '', tags: [] }) }] });
  create({ providers: [{ provide: Pool, scope: 'transient', useFactory: () => new Pool() }] });
  create({ providers: [{ provide: Pool, inject: [URL], useFactory: (url: string) => ({ url, tags: [] }) }] });
}

export function rejects(): void {
  // @ts-expect-error the value is no Pool
  create({ providers: [{ provide: Pool, useValue: { url: 1, tags: [] } }] });
  // @ts-expect-error the class makes no Pool
  create({ providers: [Logger, { provide: Pool, useClass: Logger }] });
  // @ts-expect-error the alias is no Pool
  create({ providers: [{ provide: Pool, useExisting: Logger }] });
  // @ts-expect-error the factory makes no Pool
  create({ providers: [{ provide: Pool, useFactory: () => new Logger() }] });
  create({
    providers: [
      {
        provide: Repository,
        inject: [Logger, Pool],
        // @ts-expect-error the order is wrong
        useFactory: (pool: Pool, logger: Logger) => new Repository(pool, logger),
      },
    ],
  });
  create({
    providers: [
      {
        provide: Repository,
        inject: [Pool],
        // @ts-expect-error the second parameter has no token
        useFactory: (pool: Pool, logger: Logger) => new Repository(pool, logger),
      },
    ],
  });
  // @ts-expect-error a parameter, but no tokens
  create({ providers: [{ provide: Repository, useFactory: (pool: Pool) => new Repository(pool, new Logger()) }] });
  // @ts-expect-error only a singleton's factory may be asynchronous
  create({ providers: [{ provide: Pool, scope: 'run', useFactory: async () => new Pool() }] });
  // @ts-expect-error misspelt scope
  create({ providers: [{ provide: Pool, useClass: Pool, scope: 'request' }] });
  // @ts-expect-error misspelt option beside the right ones
  create({ providers: [{ provide: Pool, useClass: Pool, scop: 'run' }] });
  // @ts-expect-error misspelt option
  create({ providers: [{ provide: Pool, useClas: Pool }] });
  // @ts-expect-error nothing says what is provided
  create({ providers: [{ provide: Pool }] });
  // @ts-expect-error two answers
  create({ providers: [{ provide: Pool, useClass: Pool, useValue: new Pool() }] });
  // @ts-expect-error a value has no scope
  create({ providers: [{ provide: Pool, useValue: new Pool(), scope: 'run' }] });
  // @ts-expect-error undefined, as an import cycle leaves it
  create({ providers: [undefined] });
  // @ts-expect-error an abstract class cannot be constructed
  create({ providers: [Clock] });
}
