import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { makeKey, MAX_ROWS, readKey, SEEDS } from '../../src/shape/keys';
import { hash } from '../../src/random/random';

const tables = fc.constantFrom('users', 'posts', 'kpi_metrics').map(hash);
const origins = fc.record({ seed: fc.nat(SEEDS - 1), index: fc.nat(MAX_ROWS - 1) });

describe('a key', () => {
  it('looks like a random UUID', () => {
    fc.assert(
      fc.property(tables, origins, (table, origin) =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(makeKey(table, origin)),
      ),
    );
  });

  it('tells whose it is', () => {
    fc.assert(
      fc.property(tables, origins, (table, origin) => {
        expect(readKey(table, makeKey(table, origin))).toEqual(origin);
      }),
    );
  });

  it.each([0, 1, MAX_ROWS - 1])('tells row %i of the first and the last seed', (index) => {
    for (const seed of [0, SEEDS - 1]) expect(readKey(1, makeKey(1, { seed, index }))).toEqual({ seed, index });
  });

  it('is no other table’s', () => {
    fc.assert(fc.property(origins, (origin) => readKey(hash('posts'), makeKey(hash('users'), origin)) === undefined));
  });

  it('is not taken for one when it was drawn by lot, or changed in a digit', () => {
    const foreign = Array.from({ length: 10_000 }, () => randomUUID());
    expect(foreign.filter((uuid) => readKey(hash('users'), uuid))).toEqual([]);
    const key = makeKey(hash('users'), { seed: 42, index: 17 });
    for (let at = 0; at < key.length; at++) {
      const changed = key.slice(0, at) + (key[at] === '0' ? '1' : '0') + key.slice(at + 1);
      expect(readKey(hash('users'), changed)).toBeUndefined();
    }
    expect(readKey(hash('users'), 'no UUID')).toBeUndefined();
  });

  it('is one row’s alone', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => makeKey(hash('posts'), { seed: 42, index }));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
