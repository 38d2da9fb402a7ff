import type { PowerTier } from './enumerations';

/** How far an account reaches that so many follow: from 10,000, 100,000 and 1,000,000 on; null: it is no power user. */
export function powerTierOf(followerCount: number): PowerTier | null {
  if (followerCount < 10_000) return null;
  if (followerCount < 100_000) return 'MICRO';
  return followerCount < 1_000_000 ? 'MACRO' : 'MEGA';
}
