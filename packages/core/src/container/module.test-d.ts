import { type DynamicModule, Module } from './module.js';

class Pool {
  readonly url = '';
}
class Logger {
  log(_line: string): void {}
}
class OrderAgent {
  readonly pool: Pool;
  constructor(pool: Pool) {
    this.pool = pool;
  }
}

@Module()
export class EmptyModule {}

@Module({ providers: [Pool, { provide: 'retries', useValue: 3 }], exports: [Pool, 'retries'] })
export class DatabaseModule {}

function forRoot(url: string): DynamicModule {
  return {
    module: DatabaseModule,
    providers: [
      Logger,
      { provide: 'url', useValue: url },
      {
        provide: Pool,
        inject: ['url', Logger],
        useFactory: async (given: string, _logger: Logger) => ({ url: given }),
      },
    ],
    exports: ['url'],
  };
}

const dynamic = forRoot('postgres://localhost');

@Module({ imports: [EmptyModule, dynamic], agents: [OrderAgent], exports: [dynamic, EmptyModule] })
export class OrderModule {}

// @ts-expect-error misspelt option
@Module({ provider: [Pool] })
export class WrongOption {}

// @ts-expect-error the value is no Pool
@Module({ providers: [{ provide: Pool, useValue: new Logger() }] })
export class WrongValue {}

// @ts-expect-error an instance is no agent class
@Module({ agents: [new OrderAgent(new Pool())] })
export class WrongAgent {}

// @ts-expect-error a dynamic module names its class
@Module({ imports: [{ providers: [Pool] }] })
export class WrongImport {}

// @ts-expect-error misspelt option of a dynamic module
export const misspelt: DynamicModule = { module: DatabaseModule, export: [Pool] };
