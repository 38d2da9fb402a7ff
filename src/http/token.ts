import { randomBytes } from 'node:crypto';

/** A secret token: 256 random bits, as 43 URL-safe characters. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether the value looks like a token (tokens in demo data are shorter). If not, no query is needed. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{32,43}$/.test(value);
}
