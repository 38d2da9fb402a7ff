import fc from 'fast-check';
import { Placement } from '../../src/shape/placement';

const patterns = fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }).filter((pattern) => pattern.some(Boolean));

describe('Placement', () => {
  it('gives parents their children in turn', () => {
    const placement = new Placement([2, 0, 1]);
    expect([0, 1, 2, 3, 4, 5].map((child) => placement.parentOf(child))).toEqual([0, 0, 2, 3, 3, 5]);
    expect([0, 1, 2, 3].map((parent) => placement.childrenOf(parent))).toEqual([2, 0, 1, 2]);
    expect([0, 1, 2, 3, 4].map((parents) => placement.childrenBefore(parents))).toEqual([0, 2, 2, 3, 5]);
  });

  it('finds each child among those of its parent', () => {
    fc.assert(
      fc.property(patterns, fc.nat(1_000_000), (pattern, child) => {
        const placement = new Placement(pattern);
        const parent = placement.parentOf(child);
        const first = placement.childrenBefore(parent);
        expect(first).toBeLessThanOrEqual(child);
        expect(child).toBeLessThan(first + placement.childrenOf(parent));
        expect(placement.childrenBefore(parent + 1)).toBe(first + placement.childrenOf(parent));
      }),
    );
  });

  it('refuses a pattern without children', () => {
    expect(() => new Placement([0, 0])).toThrow('the pattern [0,0] gives nobody a child');
    expect(() => new Placement([])).toThrow('gives nobody a child');
  });
});
