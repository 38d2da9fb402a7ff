import type { Platform } from '../../../src/entities/social/enumerations';
import { type Random, scramble } from '@entity-backend/seeding';

/** The id of an account or a post as its platform writes it; no two of one kind are the same, since `index` is scrambled into it. */
export function platformId(platform: Platform, kind: 'account' | 'post', index: number, random: Random): string {
  // Not of 0 alone: its scrambled number is 0 too.
  const unique = scramble(index + 1);
  if (platform === 'REDDIT') return `${kind === 'account' ? 't2' : 't3'}_${unique.toString(36).padStart(7, '0')}`;
  return `1${digitsOf(random, platform === 'TWITTER' ? 8 : 6)}${String(unique).padStart(10, '0')}`;
}

/** So many random decimal digits, up to nine. */
export function digitsOf(random: Random, count: number): string {
  const least = 10 ** count;
  return String(least + random.int(0, least - 1)).slice(1);
}
