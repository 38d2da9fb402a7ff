import type { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { settingsOf } from './settings';

/** The URL of the database that a DataSource connects to, with the password: print it `withoutPassword`. */
export function urlOf(dataSource: DataSource): string {
  return settingsOf(dataSource).url?.() ?? urlOfOptions(dataSource.options as PostgresDataSourceOptions);
}

function urlOfOptions({ url, host, port, username, password, database }: PostgresDataSourceOptions): string {
  if (url !== undefined) return url;
  const parts = new URL(`postgres://${host ?? 'localhost'}:${port ?? 5432}/${encodeURIComponent(database ?? '')}`);
  parts.username = encodeURIComponent(username ?? '');
  if (typeof password === 'string') parts.password = encodeURIComponent(password);
  return parts.href;
}

/** The URL taken apart; undefined where it is none, or where a character that is not encoded divides it in the wrong place. */
export function parsedUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    decodeURIComponent(`${url.username}:${url.password}`);
    return `${url.pathname}${url.search}${url.hash}`.includes('@') ? undefined : url;
  } catch {
    return undefined;
  }
}

/** A URL without its password, to be shown: protocol, user, host and database. */
export function withoutPassword(url: string): string {
  const parsed = /^\w+:\/\//.test(url) && parsedUrl(url);
  if (!parsed) return '(not shown: it may hold a password)';
  const user = parsed.username && `${parsed.username}${parsed.password && ':***'}@`;
  return `${parsed.protocol}//${user}${parsed.host}${parsed.pathname}`;
}
