import 'reflect-metadata';
import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Module,
  type NestInterceptor,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { type Observable, tap, timeout } from 'rxjs';
import type { Call } from '../../measure/loop.js';
import { Breaker, Ring } from '../../yardstick/parts.js';
import { ATTEMPTS, QUERY, type Query, WINDOW } from '../shop.js';

class AttemptsGuard implements CanActivate {
  #used = 0;
  canActivate(_: ExecutionContext): boolean {
    return ++this.#used <= ATTEMPTS;
  }
}

const breaker = new Breaker(3, 60_000);

class BreakerGuard implements CanActivate {
  canActivate(_: ExecutionContext): boolean {
    return breaker.enter(performance.now());
  }
}

class RateGuard implements CanActivate {
  readonly #ring = new Ring(WINDOW.maxCalls, WINDOW.period);
  canActivate(_: ExecutionContext): boolean {
    return this.#ring.take(performance.now());
  }
}

class BreakerInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap({ next: () => breaker.succeeded(), error: () => breaker.failed(performance.now()) }));
  }
}

class TimeoutInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(timeout(5000));
  }
}

class PassGuard implements CanActivate {
  canActivate(_: ExecutionContext): boolean {
    return true;
  }
}

class PassInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

class NestShop {
  async search(args: Query): Promise<string> {
    return args.text;
  }
  async guarded(args: Query): Promise<string> {
    return args.text;
  }
  async four(args: Query): Promise<string> {
    return args.text;
  }
}

class ShopModule {}

// Its decorators are of the older kind, so they are applied as functions.
function decorate(method: keyof NestShop, ...decorators: readonly MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(NestShop.prototype, method) as PropertyDescriptor;
  for (const decorator of decorators) decorator(NestShop.prototype, method, descriptor);
}

/** A method as NestJS calls it, with its guards and interceptors. */
export async function nestCall(method: keyof NestShop): Promise<Call> {
  const providers = [
    NestShop,
    AttemptsGuard,
    BreakerGuard,
    RateGuard,
    PassGuard,
    BreakerInterceptor,
    TimeoutInterceptor,
    PassInterceptor,
  ];
  for (const each of providers) Injectable()(each);
  Module({ providers })(ShopModule);
  decorate('guarded', UseGuards(PassGuard), UseInterceptors(PassInterceptor));
  decorate(
    'four',
    UseGuards(AttemptsGuard, BreakerGuard, RateGuard),
    UseInterceptors(BreakerInterceptor, TimeoutInterceptor),
  );
  const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
  const shop = app.get(NestShop);
  const handler = app.get(ExternalContextCreator).create(shop, shop[method] as () => unknown, method);
  return () => handler(QUERY);
}
