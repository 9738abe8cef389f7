import { expect, test } from '@jest/globals';

const seen: unknown[] = [];

function mark(_value: any, context: any): void {
  seen.push(context);
}

class Marked {
  @(mark as any)
  method() {}
}

test('each jest project compiles decorators in its own mode', () => {
  void Marked;
  const mode: unknown = Reflect.get(globalThis, 'decoratorMode');
  if (mode === 'stage3') expect(seen).toEqual([expect.objectContaining({ kind: 'method', name: 'method' })]);
  else expect([mode, seen]).toEqual(['legacy', ['method']]);
});
