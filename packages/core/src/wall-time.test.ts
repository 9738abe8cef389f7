import { describe, expect, it } from '@jest/globals';
import { WallTime } from './wall-time.js';

describe('wall time', () => {
  it('follows a clock of the day that is set within a second, and never asks it more often', () => {
    let now = 10;
    let wall = 1_000_000;
    let asked = 0;
    const time = new WallTime({
      now: () => now,
      wall: () => {
        asked++;
        return wall;
      },
    });
    expect(time.at(now)).toBe(1_000_000);
    now += 400.3;
    wall += 3_600_400;
    expect(time.at(now)).toBe(1_000_400);
    expect(asked).toBe(1);
    now += 600;
    wall += 600;
    expect(time.at(now)).toBe(4_601_000);
    expect(asked).toBe(2);
  });

  it('asks anew where the monotonic clock steps back', () => {
    let wall = 5_000;
    const time = new WallTime({ now: () => 0, wall: () => wall });
    expect(time.at(900)).toBe(5_000);
    wall = 4_990;
    expect(time.at(100)).toBe(4_990);
  });
});
