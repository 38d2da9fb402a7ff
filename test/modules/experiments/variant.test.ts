import fc from 'fast-check';
import { variantOf } from '../../../src/modules/experiments/variant';

const EXPERIMENT = {
  id: '3f2a6c1e-9d4b-4a7f-8c5e-1b2d3e4f5a6b',
  variantA: 'today',
  variantB: 'new',
  trafficSplit: 0.3,
};
const SUBJECTS = Array.from({ length: 20_000 }, (_, number) => `author-${number}`);

/** Who gets variant B. */
function treated(trafficSplit: number, id = EXPERIMENT.id): Set<string> {
  return new Set(SUBJECTS.filter((subject) => variantOf({ ...EXPERIMENT, id, trafficSplit }, subject) === 'new'));
}

/** How far a count is from what is expected of so many draws, in standard deviations. */
function deviation(count: number, draws: number, probability: number): number {
  return Math.abs(count - draws * probability) / Math.sqrt(draws * probability * (1 - probability));
}

describe('variantOf', () => {
  it('is the same for ever: what was assigned once stays', () => {
    expect(['ada', 'bob', 'eve', 'kim', 'zoe'].map((subject) => variantOf(EXPERIMENT, subject))).toEqual([
      'today',
      'new',
      'today',
      'today',
      'today',
    ]);
  });

  it.each([0.05, 0.3, 0.5, 0.9])('gives a share of %d variant B', (split) => {
    expect(deviation(treated(split).size, SUBJECTS.length, split)).toBeLessThan(3);
  });

  it('gives nobody variant B at 0, and everybody at 1', () => {
    expect(treated(0).size).toBe(0);
    expect(treated(1).size).toBe(SUBJECTS.length);
  });

  it('moves nobody back where the split rises', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string(),
        (one, other, subject) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const at = (trafficSplit: number): string => variantOf({ ...EXPERIMENT, trafficSplit }, subject);
          return at(low) === 'today' || at(high) === 'new';
        },
      ),
    );
  });

  it('divides the subjects of two experiments independently', () => {
    const first = treated(0.5);
    const both = [...treated(0.5, '00000000-0000-4000-8000-000000000000')].filter((subject) => first.has(subject));
    expect(deviation(both.length, SUBJECTS.length, 0.25)).toBeLessThan(3);
  });
});
