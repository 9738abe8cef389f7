import { describe, expect, it } from '@jest/globals';
import { nearMatches } from './near-match.js';

describe('nearMatches', () => {
  it('finds names with up to two typing errors, the nearest first', () => {
    expect(nearMatches('OrderRepositry', ['OrderRepositories', 'OrderRepository', 'Pool'])).toEqual([
      'OrderRepository',
    ]);
    expect(nearMatches('Loger', ['Lager', 'Logger', 'Ledger'])).toEqual(['Lager', 'Logger', 'Ledger']);
  });

  it('finds another case, and a name that is a part of the other', () => {
    expect(nearMatches('pool', ['Pool'])).toEqual(['Pool']);
    expect(nearMatches('Logger', ['LoggerService'])).toEqual(['LoggerService']);
  });

  it('puts the nearest first', () => {
    expect(nearMatches('Logger', ['Dodger', 'Lodger'])).toEqual(['Lodger', 'Dodger']);
  });

  it('forgives a short name one error only', () => {
    expect(nearMatches('Db', ['Da', 'Xy', 'Db1'])).toEqual(['Da', 'Db1']);
  });

  it('names each once, and no more than asked for', () => {
    expect(nearMatches('Pool', ['Poo', 'Poo', 'Pol', 'Pools', 'Tool'], 2)).toHaveLength(2);
    expect(nearMatches('Pool', ['Poo', 'Poo'])).toEqual(['Poo']);
  });
});
