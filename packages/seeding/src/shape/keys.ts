import { scramble } from '../random/random';

/** Seeds are the whole numbers below this: as many as a key has room for. */
export const SEEDS = 2 ** 30;
/** A table has fewer rows than this, for the same reason. */
export const MAX_ROWS = 2 ** 32;

/** Which row a key belongs to. */
export interface Origin {
  seed: number;
  index: number;
}

/** The bits of a UUID, 32 at a time. */
export type KeyBits = readonly [number, number, number, number];

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const KEY = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{4})([0-9a-f]{8})$/;

/**
 * The key of row `index` of a table: a UUID that looks like a random one (version 4) and is a function of (seed, table,
 * index). 60 of its bits are a digest of the three; seed and index are hidden under a mask made of the digest, so that
 * `readKey` finds them again and knows whether the seeder made the key (a foreign one passes with probability 2^-60).
 * No two rows of a table have the same key.
 *
 * @param table a number for the table: the hash of its name
 */
export function makeKey(table: number, origin: Origin): string {
  const [a, b, c, d] = keyBits(table, origin);
  return `${hex(a >>> 16)}${hex(a)}-${hex(b >>> 16)}-${hex(b)}-${hex(c >>> 16)}-${hex(c)}${hex(d >>> 16)}${hex(d)}`;
}

/** The key's bits. */
export function keyBits(table: number, { seed, index }: Origin): KeyBits {
  const high = scramble(scramble(index ^ table) ^ scramble(seed + table));
  const low = scramble(scramble(index + high) + (seed ^ high)) >>> 4;
  const hiddenSeed = (seed ^ mask(table, low, high)) & (SEEDS - 1);
  const hiddenIndex = index ^ mask(table, high, low);
  return [
    high,
    ((low >>> 12) << 16) | VERSION_4 | (low & 0xfff),
    VARIANT_1 | ((hiddenSeed >>> 16) << 16) | (hiddenSeed & 0xffff),
    hiddenIndex,
  ];
}

const VERSION_4 = 0x4000;
const VARIANT_1 = 0x8000_0000;

/** Which row of the table has the key; undefined: none that a seeder made. */
export function readKey(table: number, key: string): Origin | undefined {
  const parts = KEY.exec(key);
  if (!parts) return undefined;
  const high = parseInt(parts[1], 16);
  const low = parseInt(parts[2] + parts[3], 16);
  const seed = (parseInt(parts[4] + parts[5], 16) ^ mask(table, low, high)) & (SEEDS - 1);
  const index = (parseInt(parts[6], 16) ^ mask(table, high, low)) >>> 0;
  const origin = { seed, index };
  return makeKey(table, origin) === key ? origin : undefined;
}

function mask(table: number, a: number, b: number): number {
  return scramble(scramble(a ^ table) + b);
}

/** The lower 16 bits as four hexadecimal digits. */
function hex(bits: number): string {
  return HEX[(bits >>> 8) & 0xff] + HEX[bits & 0xff];
}
