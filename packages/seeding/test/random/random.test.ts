import fc from 'fast-check';
import { hash, HOUR, Random, scramble } from '../../src/random/random';

const NOW = Date.parse('2026-01-01T12:00:00Z');

/** What a field draws in rows 0, 1, 2 … */
function draws<T>(count: number, draw: (random: Random) => T): T[] {
  const random = new Random(NOW);
  return Array.from({ length: count }, (_, row) => {
    random.start(hash('posts.content'), row);
    return draw(random);
  });
}

describe('Random', () => {
  it('draws the same for a field and row, whatever was drawn before', () => {
    const random = new Random(NOW);
    const draw = (field: number, row: number): number[] => {
      random.start(field, row);
      return [random.bits(), random.bits()];
    };
    const first = draw(7, 3);
    draw(8, 3);
    draw(7, 4);
    expect(draw(7, 3)).toEqual(first);
    expect(draw(7, 4)).not.toEqual(first);
    expect(draw(8, 3)).not.toEqual(first);
  });

  it('goes on where it was once another field has been made', () => {
    const random = new Random(NOW);
    random.start(1, 1);
    const undisturbed = [random.bits(), random.bits()];
    random.start(1, 1);
    const disturbed = [random.bits()];
    const { key, counter } = random;
    random.start(2, 9);
    Object.assign(random, { key, counter });
    disturbed.push(random.bits());
    expect(disturbed).toEqual(undisturbed);
  });

  it('takes each value about equally often', () => {
    const counts = [0, 0, 0, 0, 0];
    for (const value of draws(50_000, (random) => random.int(0, 4))) counts[value]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('draws one row independently of the next', () => {
    const fractions = draws(50_000, (random) => random.fraction());
    const products = fractions.slice(1).map((fraction, row) => (fraction - 0.5) * (fractions[row] - 0.5));
    const correlation = (12 * products.reduce((sum, product) => sum + product, 0)) / products.length;
    expect(Math.abs(correlation)).toBeLessThan(0.02);
  });

  it('weighs', () => {
    const values = draws(20_000, (random) => random.weighted({ often: 3, seldom: 1, never: 0 }));
    expect(values.filter((value) => value === 'often').length / values.length).toBeCloseTo(0.75, 1);
    expect(values).not.toContain('never');
  });

  it('picks early ones more often', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    const early = draws(20_000, (random) => random.pickEarly(hundred)).filter((value) => value < 25);
    expect(early.length / 20_000).toBeCloseTo(0.5, 1);
  });

  it('takes some of a list, in its order', () => {
    const letters = ['a', 'b', 'c', 'd'];
    for (const some of draws(200, (random) => random.some(letters, 2))) {
      expect(some).toHaveLength(2);
      expect(some).toEqual(letters.filter((letter) => some.includes(letter)));
    }
    expect(draws(1, (random) => random.some(letters, 9))).toEqual([letters]);
  });

  it('follows a power law', () => {
    const values = draws(100_000, (random) => random.pareto(10, 1_000_000, 0.5));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...values)).toBeLessThanOrEqual(1_000_000);
    // Ten times as much is √10 times as rare.
    const above = (limit: number): number => values.filter((value) => value > limit).length;
    expect(above(100) / above(1000)).toBeCloseTo(Math.sqrt(10), 0);
  });

  it('keeps to the rhythm of a week', () => {
    // Mondays from 8 to 10 UTC, and half as often from 10 to 11.
    const rhythm = Array.from({ length: 168 }, (_, hour) => ({ 8: 1, 9: 1, 10: 0.5 })[hour] ?? 0.02);
    const monday = Date.parse('2026-01-05T06:00:00Z');
    const moments = draws(20_000, (random) => random.rhythmic(monday, monday + 6 * HOUR, rhythm));
    const at = (hour: number): number => moments.filter((moment) => moment.getUTCHours() === hour).length;
    expect(at(8) / at(9)).toBeCloseTo(1, 0);
    expect(at(8) / at(10)).toBeCloseTo(2, 0);
    expect(at(8) + at(9) + at(10)).toBeGreaterThan(0.9 * moments.length);
    expect(draws(1, (random) => random.rhythmic(monday, monday, rhythm))).toEqual([new Date(monday)]);
  });

  it('has the events of a span follow each other', () => {
    const moments = Array.from({ length: 20 }, (_, ordinal) =>
      draws(ordinal + 1, (random) => random.nth(ordinal, 20, NOW, NOW + 1000))
        .at(-1)!
        .getTime(),
    );
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(moments[0]).toBeGreaterThanOrEqual(NOW);
    expect(moments.at(-1)).toBeLessThan(NOW + 1000);
  });

  it('makes UUIDs of version 4 and vectors of length 1', () => {
    for (const uuid of draws(100, (random) => random.uuid())) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    for (const vector of draws(10, (random) => random.direction(1536))) {
      expect(vector).toHaveLength(1536);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    }
  });
});

it('scrambles no two numbers into the same', () => {
  expect(new Set(Array.from({ length: 200_000 }, (_, number) => scramble(number))).size).toBe(200_000);
  fc.assert(fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), (a, b) => a === b || scramble(a) !== scramble(b)));
});
