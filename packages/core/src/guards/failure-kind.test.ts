import { describe, expect, it } from '@jest/globals';
import {
  FAIL_ON_DEFAULT,
  FAIL_ON_INFRA_ONLY,
  FAIL_ON_STRICT,
  FAILURE_KINDS,
  IGNORE_ON_DEFAULT,
} from './failure-kind.js';

describe('failure presets', () => {
  it('count what makes a dependency unusable, and nothing that the request was to blame for', () => {
    expect(FAIL_ON_DEFAULT).toEqual(['transport', 'timeout', 'overloaded']);
    expect(IGNORE_ON_DEFAULT).toEqual(['invalid', 'not_found', 'conflict']);
    expect(FAIL_ON_STRICT).toEqual(['transport', 'timeout', 'overloaded', 'auth', 'throttled']);
    expect(FAIL_ON_INFRA_ONLY).toEqual(['transport', 'timeout']);
  });

  it.each([FAIL_ON_DEFAULT, FAIL_ON_STRICT, FAIL_ON_INFRA_ONLY])(
    'never overlap with what is ignored (%j)',
    (...kinds) => {
      expect(kinds.filter((kind) => IGNORE_ON_DEFAULT.includes(kind))).toEqual([]);
      expect(kinds.filter((kind) => !FAILURE_KINDS.includes(kind))).toEqual([]);
    },
  );

  it('cannot be changed by one user for all others', () => {
    for (const preset of [FAIL_ON_DEFAULT, IGNORE_ON_DEFAULT, FAIL_ON_STRICT, FAIL_ON_INFRA_ONLY, FAILURE_KINDS]) {
      expect(Object.isFrozen(preset)).toBe(true);
    }
  });
});
