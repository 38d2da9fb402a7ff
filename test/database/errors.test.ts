import { inspect } from 'node:util';
import type { Client } from 'pg';
import { QueryFailedError } from 'typeorm';
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';
import { describeError, explainError, UserError } from '../../packages/schema/src/errors';
import { emptyDatabase, type TestDatabase } from '../databases';

describe('describeError', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await emptyDatabase();
    client = await database.connect();
  });
  afterAll(() => database.close());

  /** The error of a statement, with its cause and remedy. */
  async function errorOf(sql: string): Promise<string> {
    return client.query(sql).then(
      () => 'no error',
      (error: unknown) => describeError(error, 'postgres://db/app'),
    );
  }

  test('an extension that the server lacks', async () => {
    expect(await errorOf('CREATE EXTENSION nosuch')).toBe(
      'postgres://db/app lacks the extension "nosuch": install it there.',
    );
  });

  test('a read-only database', async () => {
    await client.query('SET default_transaction_read_only = on');
    expect(await errorOf('CREATE TABLE t ()')).toBe(
      'postgres://db/app is read-only (cannot execute CREATE TABLE in a read-only transaction): use the primary server in the connection URL (DATABASE_URL), or make this one writable.',
    );
    await client.query('SET default_transaction_read_only = off');
  });

  test('too few rights', async () => {
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE pg_monitor');
    expect(await errorOf('SELECT * FROM pg_authid')).toContain(
      'lacks a right on postgres://db/app (permission denied for table pg_authid)',
    );
    await client.query('ROLLBACK');
  });

  // What a test can't bring about on every machine, the server raises itself.
  test.each([
    [
      '53100',
      'could not extend file "base/5/16385": No space left on device',
      /^The disk of postgres:\/\/db\/app is full/,
    ],
    [
      '53300',
      'sorry, too many clients already',
      /accepts no more connections .*: lower the pool size \(DATABASE_POOL_SIZE\)/,
    ],
    ['57P03', 'the database system is starting up', /is not ready .*: try again in a moment/],
    [
      '57014',
      'canceling statement due to statement timeout',
      /raise the statement timeout \(DATABASE_STATEMENT_TIMEOUT_MS\)/,
    ],
    ['58P01', 'could not open extension control file "/usr/share/extension/vector.control"', /install pgvector on it/],
    ['0A000', 'extension "vector" is not available', /install pgvector on it/],
  ])('SQLSTATE %s, %s', async (code, message, expected) => {
    expect(await errorOf(`DO $$ BEGIN RAISE '${message}' USING ERRCODE = '${code}'; END $$`)).toMatch(expected);
  });

  test.each([
    ['57014', 'canceling statement due to user request'],
    ['0A000', 'cannot alter type of a column used by a view'],
    ['58P01', 'could not open file'],
    ['22012', 'division by zero'],
  ])('any other error is its own message: SQLSTATE %s, %s', async (code, message) => {
    expect(await errorOf(`DO $$ BEGIN RAISE E'${message}\\n  in\\nlines' USING ERRCODE = '${code}'; END $$`)).toBe(
      `${message} in lines`,
    );
  });

  test('a full disk of this machine', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(describeError(error)).toMatch(/^The disk of the database is full \(ENOSPC/);
  });

  test('never a password', () => {
    expect(describeError(new Error('no way to postgres://me:p@ss/w?rd@db/app'))).toBe(
      'no way to postgres://me:***@db/app',
    );
  });

  test('what is no error at all', () => {
    expect(describeError('text')).toBe('text');
    expect(describeError(undefined)).toBe('undefined');
  });

  test.each([
    [
      'nobody listens',
      'postgres://me:secret@127.0.0.1:1/app',
      /^No server is listening at postgres:\/\/me:\*\*\*@127\.0\.0\.1:1\/app:/,
    ],
    [
      'no server listens at any address of the host',
      'postgres://localhost:1/app',
      /^No server is listening at postgres:\/\/localhost:1/,
    ],
    [
      'an unknown host',
      'postgres://me:secret@nosuch.invalid/app',
      /me:\*\*\*@nosuch\.invalid\/app (is unknown|can't be looked up)/,
    ],
    ['no socket', 'postgres://%2Fno%2Fsuch/app', /^No server is listening on the socket/],
  ])('%s', async (_, url, expected) => {
    const source = new EntityDataSource(readConfiguration({ DATABASE_URL: url }), { entities: [], migrations: [] });
    await expect(source.initialize()).rejects.toThrow(expected);
  });

  test('a database that does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = 'nosuch';
    const source = new EntityDataSource(readConfiguration({ DATABASE_URL: url.href }), {
      entities: [],
      migrations: [],
    });
    await expect(source.initialize()).rejects.toThrow(
      /can't be opened \(.*"nosuch".*\): correct the connection URL \(DATABASE_URL\)/,
    );
  });

  test("TypeORM's wrapping changes nothing", async () => {
    const error: unknown = await client.query('CREATE EXTENSION nosuch').catch((reason: unknown) => reason);
    const wrapped = new QueryFailedError('CREATE EXTENSION nosuch', undefined, error as Error);
    expect(describeError(wrapped)).toBe('The database lacks the extension "nosuch": install it there.');
    expect((explainError(wrapped) as Error).cause).toBe(wrapped);
  });
});

test('a UserError prints as its message alone', () => {
  expect(inspect(new UserError('No.', { cause: new Error('x') }))).toBe('No.');
});
