import { describe, expect, it } from '@jest/globals';
import { origin } from '../testing/contract/operation-builders.js';
import { FactTable } from './fact-table.js';
import { ExpiringMint, LastingMint, type Mint } from './mint.js';

const ANY = { tool: true, app: true };

function mintOf(tool: string, expiresAt?: number): Mint {
  if (expiresAt === undefined) return new LastingMint(origin({ tool }));
  return new ExpiringMint('order', ['o1'], origin({ tool }), expiresAt, new FactTable());
}

describe('FactTable', () => {
  it('counts a value of two sources twice, and a renewed one once', () => {
    const facts = new FactTable();
    facts.add('order', 'o1', mintOf('A.a'));
    facts.add('order', 'o1', mintOf('A.a', 500));
    expect(facts.size).toBe(1);
    facts.add('order', 'o1', mintOf('B.b'));
    facts.add('order', 'o1', mintOf('C.c'));
    facts.add('order', 'o1', mintOf('B.b', 500));
    expect(facts.size).toBe(3);
    expect(facts.find('order', 'o1', ANY, undefined, 0).map((mint) => [mint.origin.tool, mint.expiresAt])).toEqual([
      ['A.a', 500],
      ['B.b', 500],
      ['C.c', Number.POSITIVE_INFINITY],
    ]);
    facts.forget('order', 'o1');
    expect(facts.size).toBe(0);
  });

  it('takes one mint out and leaves the others of the same value', () => {
    const facts = new FactTable();
    const mints = [mintOf('A.a'), mintOf('B.b'), mintOf('C.c')];
    for (const mint of mints) facts.add('order', 'o1', mint);
    for (const [index, mint] of mints.entries()) {
      facts.remove('order', 'o1', mint);
      facts.remove('order', 'o1', mint);
      expect(facts.find('order', 'o1', ANY, undefined, 0)).toEqual(mints.slice(index + 1));
      expect(facts.size).toBe(2 - index);
    }
  });

  it('does not take out what renewed a mint', () => {
    const facts = new FactTable();
    const older = mintOf('A.a', 100);
    facts.add('order', 'o1', older);
    facts.add('order', 'o1', mintOf('A.a'));
    facts.remove('order', 'o1', older);
    expect(facts.size).toBe(1);
  });

  it('knows the same fact of the same source as long as it lives', () => {
    const facts = new FactTable();
    facts.add('order', 'o1', mintOf('A.a', 100));
    expect(facts.holds('order', 'o1', mintOf('A.a'), 99)).toBe(true);
    expect(facts.holds('order', 'o1', mintOf('A.a'), 100)).toBe(false);
    expect(facts.holds('order', 'o1', mintOf('B.b'), 0)).toBe(false);
    expect(facts.holds('order', 'o1', new LastingMint(origin({ tool: 'A.a', about: 'x' })), 0)).toBe(false);
    expect(facts.holds('order', 'o2', mintOf('A.a'), 0)).toBe(false);
    facts.add('order', 'o1', mintOf('B.b'));
    expect(facts.holds('order', 'o1', mintOf('B.b'), 0)).toBe(true);
    expect(facts.holds('order', 'o1', mintOf('C.c'), 0)).toBe(false);
    expect(facts.holds('order', 'o1', mintOf('A.a'), 100)).toBe(false);
  });

  it('knows the spellings of what came before and after the first loose look-up', () => {
    const facts = new FactTable();
    const spellings = () => [...facts.spellings('order', '#o1')].sort();
    facts.add('order', 'o1', mintOf('A.a'));
    facts.add('order', 'o2', mintOf('A.a'));
    expect(spellings()).toEqual(['o1']);
    facts.add('order', 'O1', mintOf('A.a'));
    facts.add('order', 'O1', mintOf('B.b'));
    expect(spellings()).toEqual(['O1', 'o1']);
    facts.forget('order', 'o1');
    expect(spellings()).toEqual(['O1']);
    facts.forget('order');
    expect(spellings()).toEqual([]);
    facts.add('order', 'o1', mintOf('A.a'));
    expect(spellings()).toEqual(['o1']);
  });

  it('lists what is live, of one kind or of all', () => {
    const facts = new FactTable();
    facts.add('order', 'o1', mintOf('A.a', 100));
    facts.add('order', 'o1', mintOf('B.b'));
    facts.add('refund', 'r1', mintOf('A.a'));
    const listed = (kind: string | undefined, now: number) =>
      Array.from(facts.list(kind, now), ({ kind: name, value, mint }) => [name, value, mint.origin.tool]);
    expect(listed('order', 99)).toHaveLength(2);
    expect(listed('order', 100)).toEqual([['order', 'o1', 'B.b']]);
    expect(listed(undefined, 100)).toHaveLength(2);
    expect(facts.find('order', 'o1', ANY, undefined, 99)).toHaveLength(2);
    expect(facts.find('order', 'o1', ANY, undefined, 100)).toHaveLength(1);
    expect(listed('none', 100)).toEqual([]);
  });

  it('forgets a kind that is empty', () => {
    const facts = new FactTable();
    facts.forget('none', 'o1');
    facts.forget('none');
    facts.add('order', 'o1', mintOf('A.a'));
    facts.forget('order', 'o2');
    expect(facts.size).toBe(1);
  });
});
