import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { readConfiguration } from '../../src/database/configuration';
import { ConfigurationError } from '../../packages/schema/src/errors';
import { withoutPassword } from '@entity-backend/schema';

const ROOT = join(__dirname, '../..');
const SERVER = 'postgres://me:secret@db.example:5432/app';

/** The lines of the error that `environment` gives. */
function wrong(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfiguration(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message.split('\n');
  }
  return [];
}

describe('readConfiguration', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'));
    file = join(folder, 'file');
    writeFileSync(file, 'x');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has a default for everything: 20 connections (004), the embedded database, in the project', () => {
    expect({ ...readConfiguration({}) }).toEqual({
      nodeEnv: 'development',
      port: 3000,
      trustUserIdHeader: false,
      databaseUrl: undefined,
      databaseSecretFile: undefined,
      databaseDirectory: join(ROOT, '.data'),
      databaseSsl: false,
      databaseSslCa: undefined,
      databasePoolSize: 20,
      databaseReplicaUrls: [],
      databaseStatementTimeoutMs: 0,
      databaseLog: false,
      scratchDatabaseUrl: undefined,
    });
    expect(readConfiguration({}).embedded).toBe(true);
  });

  test('takes every variable as what it is', () => {
    const set = readConfiguration({
      NODE_ENV: 'production',
      PORT: '8080',
      TRUST_USER_ID_HEADER: 'true',
      DATABASE_URL: SERVER,
      DATABASE_DIRECTORY: 'elsewhere',
      DATABASE_SSL: 'true',
      DATABASE_SSL_CA: file,
      DATABASE_POOL_SIZE: ' 7 ',
      DATABASE_REPLICA_URLS: 'postgres://one/app, postgresql://two/app',
      DATABASE_STATEMENT_TIMEOUT_MS: '30000',
      DATABASE_LOG: 'true',
      SCRATCH_DATABASE_URL: 'postgres://one/scratch',
    });
    expect({ ...set }).toEqual({
      nodeEnv: 'production',
      port: 8080,
      trustUserIdHeader: true,
      databaseUrl: SERVER,
      databaseSecretFile: undefined,
      databaseDirectory: join(ROOT, 'elsewhere'),
      databaseSsl: true,
      databaseSslCa: file,
      databasePoolSize: 7,
      databaseReplicaUrls: ['postgres://one/app', 'postgresql://two/app'],
      databaseStatementTimeoutMs: 30_000,
      databaseLog: true,
      scratchDatabaseUrl: 'postgres://one/scratch',
    });
    expect(set.embedded).toBe(false);
  });

  test('takes an empty variable as unset, and "false" as false', () => {
    const { databaseUrl, databasePoolSize, databaseSsl } = readConfiguration({
      DATABASE_URL: '',
      DATABASE_POOL_SIZE: '  ',
      DATABASE_SSL: 'false',
    });
    expect([databaseUrl, databasePoolSize, databaseSsl]).toEqual([undefined, 20, false]);
  });

  const POOL = 'give a whole number from 1 to 1000.';
  test.each([
    ['NODE_ENV', 'prod', 'NODE_ENV is "prod": give one of development, test, production.'],
    ['PORT', '0', 'PORT is "0": give a whole number from 1 to 65535.'],
    ['PORT', '65536', 'PORT is "65536": give a whole number from 1 to 65535.'],
    ['DATABASE_POOL_SIZE', 'many', `DATABASE_POOL_SIZE is "many": ${POOL}`],
    ['DATABASE_POOL_SIZE', '0', `DATABASE_POOL_SIZE is "0": ${POOL}`],
    ['DATABASE_POOL_SIZE', '-1', `DATABASE_POOL_SIZE is "-1": ${POOL}`],
    ['DATABASE_POOL_SIZE', '2.5', `DATABASE_POOL_SIZE is "2.5": ${POOL}`],
    ['DATABASE_POOL_SIZE', 'NaN', `DATABASE_POOL_SIZE is "NaN": ${POOL}`],
    ['DATABASE_POOL_SIZE', '1e2', `DATABASE_POOL_SIZE is "1e2": ${POOL}`],
    ['DATABASE_POOL_SIZE', '20 "or\nso"', `DATABASE_POOL_SIZE is "20 \\"or\\nso\\"": ${POOL}`],
    [
      'DATABASE_STATEMENT_TIMEOUT_MS',
      '30s',
      'DATABASE_STATEMENT_TIMEOUT_MS is "30s": give a whole number from 0 to 2147483647.',
    ],
    ['DATABASE_LOG', 'yes', 'DATABASE_LOG is "yes": give true or false.'],
    ['DATABASE_SSL', '1', 'DATABASE_SSL is "1": give true or false.'],
    ['DATABASE_SSL', 'constructor', 'DATABASE_SSL is "constructor": give true or false.'],
    [
      'DATABASE_SECRET_FILE',
      '/no/such/file',
      'DATABASE_SECRET_FILE is "/no/such/file": give the path of a file that can be read.',
    ],
    ['DATABASE_SSL_CA', '/', 'DATABASE_SSL_CA is "/": give the path of a file that can be read.'],
  ])('refuses %s=%j in one line that says what is allowed', (name, value, line) => {
    expect(wrong({ [name]: value })).toEqual([line]);
  });

  test.each([
    ['another protocol', 'mysql://me:secret@db/app', 'mysql://me:***@db/app'],
    ['sslmode in it', `${SERVER}?sslmode=disable`, 'postgres://me:***@db.example:5432/app'],
    ['no protocol', 'me:secret@db/app', '(not shown: it may hold a password)'],
    ['a / in the password', 'postgres://me:12/secret@db/app', '(not shown: it may hold a password)'],
    ['a # in the password', 'postgres://me:12#secret@db/app', '(not shown: it may hold a password)'],
    ['a ? in the password', 'postgres://me:12?secret@db/app', '(not shown: it may hold a password)'],
    ['a % in the password', 'postgres://me:%secret@db/app', '(not shown: it may hold a password)'],
    ['a port that is none', 'postgres://me:secret@db:x/app', '(not shown: it may hold a password)'],
    ['a name only', 'secret', '(not shown: it may hold a password)'],
  ])('refuses a URL with %s, without its password', (_, url, shown) => {
    for (const name of ['DATABASE_URL', 'DATABASE_REPLICA_URLS', 'SCRATCH_DATABASE_URL']) {
      const [line, ...more] = wrong({ [name]: url });
      expect(line).toContain(`${name} is ${shown}: give postgres://user:password@host:port/database`);
      expect(line).not.toContain('secret@');
      expect(more).toEqual([]);
    }
  });

  test('says which of several replicas there are', () => {
    expect(wrong({ DATABASE_URL: SERVER, DATABASE_REPLICA_URLS: `${SERVER},nonsense` })).toEqual([
      expect.stringContaining('is postgres://me:***@db.example:5432/app, (not shown: it may hold a password): give'),
    ]);
  });

  test('names all that is wrong at once, a line each', () => {
    expect(wrong({ PORT: 'x', DATABASE_LOG: 'x' }).map((line) => line.split(' ')[0])).toEqual(['PORT', 'DATABASE_LOG']);
  });

  test.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
    [
      'two servers',
      () => ({ DATABASE_URL: SERVER, DATABASE_SECRET_FILE: file }),
      /^DATABASE_URL and DATABASE_SECRET_FILE/,
    ],
    ['replicas of nothing', () => ({ DATABASE_REPLICA_URLS: SERVER }), /^DATABASE_REPLICA_URLS .* set DATABASE_URL/],
    ['production without a database', () => ({ NODE_ENV: 'production' }), /^NODE_ENV .* set DATABASE_URL/],
    ['TLS to nothing', () => ({ DATABASE_SSL: 'true' }), /^DATABASE_SSL .* set DATABASE_URL/],
    [
      'an authority without TLS',
      () => ({ DATABASE_URL: SERVER, DATABASE_SSL_CA: file }),
      /^DATABASE_SSL_CA .* set DATABASE_SSL=true/,
    ],
  ])('refuses %s', (_, environment, line) => {
    expect(wrong(environment())).toEqual([expect.stringMatching(line)]);
  });

  test('.env.example lists every variable, with its default and a comment', () => {
    const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const example = parse(text);
    const variables = Object.keys(readConfiguration({})).map((property) =>
      property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    );
    expect(Object.keys(example).sort()).toEqual(variables.sort());
    expect(readConfiguration(example)).toEqual(readConfiguration({}));
    for (const name of variables) expect(text).toMatch(new RegExp(`^# .*\n${name}=`, 'm'));
  });

  test('nothing else in the program reads the environment', () => {
    const sources = ['src', 'seeds'].flatMap((root) =>
      readdirSync(join(ROOT, root), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(root, name)),
    );
    const readers = sources.filter((name) => readFileSync(join(ROOT, name), 'utf8').includes('process.env'));
    expect(readers).toEqual([join('src', 'database', 'configuration.ts')]);
  });
});

describe('withoutPassword', () => {
  test.each([
    ['postgres://me:secret@db/app?password=secret', 'postgres://me:***@db/app'],
    ['postgres://me@db/app', 'postgres://me@db/app'],
    ['postgres://db', 'postgres://db'],
    ['postgres:///app?host=/run/postgresql&password=secret', 'postgres:///app'],
    ['secret:secret', '(not shown: it may hold a password)'],
    ['postgres://me:p%40ss@[::1]:5433/app', 'postgres://me:***@[::1]:5433/app'],
  ])('%s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });
});
