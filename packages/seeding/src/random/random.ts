/** In milliseconds, as all spans of time here. */
export const SECOND = 1000;
/** In milliseconds. */
export const MINUTE = 60 * SECOND;
/** In milliseconds. */
export const HOUR = 60 * MINUTE;
/** In milliseconds. */
export const DAY = 24 * HOUR;

/** Added to a counter, it visits all 32-bit numbers before it repeats one: the golden ratio's fraction. */
const GOLDEN_RATIO = 0x9e3779b9;
export const TWO_TO_THE_32ND = 0x1_0000_0000;

/**
 * Scrambles a 32-bit number: similar numbers become dissimilar, and no two the same (it can be undone).
 * Constants: Chris Wellons, "Prospecting for Hash Functions", lowbias32.
 */
export function scramble(number: number): number {
  let x = number;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A 32-bit number for a text. */
export function hash(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = scramble(h ^ text.charCodeAt(i));
  return h;
}

/** What can be picked from: an array, a pool, the rows of a table. `at` is defined from 0 to `length` - 1. */
export interface List<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** How busy each hour of a week is, from 0 to 1: 168 of them, from Monday 0:00 UTC on. */
export type Rhythm = readonly number[];

/** 1970 began on a Thursday. */
const HOURS_BEFORE_THURSDAY = 3 * 24;
/** So often an hour is drawn for one that is busy enough: in a span without any, it is left at that. */
const TRIES = 12;

/**
 * The randomness of one field of one row: a counter-based generator. Draw k is a function of (seed, table, field, row, k)
 * alone, whatever was drawn elsewhere before; so any field of any row can be made at any time, on its own.
 */
export class Random {
  /** Where the draws are: to come back to them, keep both and set them again. */
  key = 0;
  counter = 0;

  /** @param now the reference date that dates hang off, in ms since 1970 */
  constructor(readonly now: number) {}

  /** From here on the draws are those of a field of a row. */
  start(field: number, row: number): void {
    this.key = scramble(field ^ row);
    this.counter = scramble(field + this.key);
  }

  /** A whole number from 0 to 2^32 - 1. */
  bits(): number {
    this.counter = (this.counter + GOLDEN_RATIO) | 0;
    return scramble(scramble(this.counter) ^ this.key);
  }

  /** A number from 0 up to 1, without 1. */
  fraction(): number {
    return this.bits() / TWO_TO_THE_32ND;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** A number from `min` to `max`, rounded to so many decimals. */
  number(min: number, max: number, decimals = 3): number {
    return round(min + this.fraction() * (max - min), decimals);
  }

  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the list, each as probable as the other. The list must not be empty. */
  pick<T>(list: List<T>): T {
    return list.at(this.int(0, list.length - 1))!;
  }

  /** One of the list, an early one more probable than a late one: with exponent 2, a quarter of the draws hit the first sixteenth. */
  pickEarly<T>(list: List<T>, exponent = 2): T {
    return list.at(Math.floor(this.fraction() ** exponent * list.length))!;
  }

  /** So many different ones of the list (all of them if it has fewer), in its order. */
  some<T>(list: readonly T[], count: number): T[] {
    const wanted = Math.min(count, list.length);
    const taken: T[] = [];
    for (let index = 0; taken.length < wanted; index++) {
      if (this.fraction() * (list.length - index) < wanted - taken.length) taken.push(list[index]);
    }
    return taken;
  }

  /** One of the keys, each as probable as its weight says. */
  weighted<K extends string>(weights: Record<K, number>): K {
    let sum = 0;
    for (const key in weights) sum += weights[key];
    let left = this.fraction() * sum;
    let last = '' as K;
    for (const key in weights) {
      last = key;
      left -= weights[key];
      if (left < 0) break;
    }
    return last;
  }

  /** A whole number from `min` to `max` by a power law: most are small, a few very large; the smaller `alpha`, the more of these. */
  pareto(min: number, max: number, alpha: number): number {
    const beyond = (min / max) ** alpha;
    return Math.floor(min * (1 - this.fraction() * (1 - beyond)) ** (-1 / alpha));
  }

  /** A number by the normal distribution: mean 0, standard deviation 1, by the central limit of four draws. */
  normal(): number {
    return (this.fraction() + this.fraction() + this.fraction() + this.fraction() - 2) * Math.sqrt(3);
  }

  /** A vector of length 1 in a random direction. */
  direction(dimensions: number): number[] {
    const vector = Array.from({ length: dimensions }, () => this.normal());
    const length = Math.sqrt(vector.reduce((sum, component) => sum + component ** 2, 0));
    return vector.map((component) => round(component / length, 6));
  }

  /** A random UUID (version 4). */
  uuid(): string {
    const digits = Array.from({ length: 4 }, () => this.bits().toString(16).padStart(8, '0')).join('');
    return digits.replace(
      /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/,
      (_, ...[a, b, c, d, e]: string[]) => `${a}-${b}-4${c}-${'89ab'[this.int(0, 3)]}${d}-${e}`,
    );
  }

  /** A moment between two moments. */
  between(from: Date | number, to: Date | number): Date {
    const start = timeOf(from);
    return new Date(start + Math.floor(this.fraction() * (timeOf(to) - start)));
  }

  /** A moment between two moments, the more probable the busier its hour of the week. */
  rhythmic(from: Date | number, to: Date | number, rhythm: Rhythm): Date {
    const start = timeOf(from);
    const length = timeOf(to) - start;
    let moment = start;
    for (let tries = 0; tries < TRIES; tries++) {
      moment = start + Math.floor(this.fraction() * length);
      if (this.fraction() < rhythm[(Math.floor(moment / HOUR) + HOURS_BEFORE_THURSDAY) % rhythm.length]) break;
    }
    return new Date(moment);
  }

  /** A moment from `least` to `most` ms before the reference date; negative numbers are after it. */
  ago(most: number, least = 0): Date {
    return this.between(this.now - most, this.now - least);
  }

  /** A moment from `least` to `most` ms after another one. */
  after(moment: Date | number, most: number, least = 0): Date {
    const time = timeOf(moment);
    return this.between(time + least, time + most);
  }

  /** The moment of one of `count` events that follow each other between two moments; `ordinal` counts from 0. */
  nth(ordinal: number, count: number, from: Date | number, to: Date | number): Date {
    const start = timeOf(from);
    const step = (timeOf(to) - start) / count;
    return this.between(start + ordinal * step, start + (ordinal + 1) * step);
  }
}

/** In ms since 1970. Number() takes ten times as long, since it looks for ways to convert a Date. */
function timeOf(moment: Date | number): number {
  return typeof moment === 'number' ? moment : moment.getTime();
}

/** A number rounded to so many decimals. */
export function round(number: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(number * factor) / factor;
}
