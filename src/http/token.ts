import { randomBytes } from 'node:crypto';

/** A secret that opens something: 256 random bits, as 43 characters that a URL takes as they are. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether it may be one: those of demo data are shorter. What can't be needs no look into the database. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{32,43}$/.test(value);
}
