import 'reflect-metadata';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Expose, plainToInstance, Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateBy, validateSync } from 'class-validator';
import { parse as parseEnvironment } from 'dotenv';
import { ConfigurationError, parsedUrl, withoutPassword } from '@entity-backend/schema';
import { snakeCase } from '../entities/snake-case';
import { ROOT } from './project';

const ENVIRONMENTS = ['development', 'test', 'production'] as const;

const A_URL =
  'postgres://user:password@host:port/database, with the password percent-encoded and without sslmode (set DATABASE_SSL instead)';

/**
 * All settings, read once from the environment and `.env` by `readConfiguration`. Each property has the name of its
 * variable: `databasePoolSize` is DATABASE_POOL_SIZE. An unset or empty variable keeps the default. Relative paths start at
 * the project's folder.
 */
export class Configuration {
  /** The environment. In production the seeders refuse to run. */
  @OneOf(ENVIRONMENTS)
  nodeEnv: (typeof ENVIRONMENTS)[number] = 'development';

  /** The TCP port of the HTTP server. */
  @WholeNumber({ min: 1, max: 65_535 })
  port: number = 3000;

  /**
   * Whether to trust the x-user-id header in production: true only behind a gateway that sets it. Outside production it is
   * always trusted.
   */
  @Flag()
  trustUserIdHeader: boolean = false;

  /** The PostgreSQL database. Undefined, and no secret file: the embedded one. */
  @ServerUrl()
  databaseUrl?: string;

  /** Instead of the URL: a secret manager's JSON file with username, password, host, port and dbname; see `SecretFile`. */
  @ReadableFile()
  databaseSecretFile?: string;

  /** Data folder of the embedded PostgreSQL. */
  @Folder()
  databaseDirectory: string = join(ROOT, '.data');

  /** Whether to connect with TLS and verify the server's certificate; false: without TLS. */
  @Flag()
  databaseSsl: boolean = false;

  /** Certificate (PEM) of the authority that signed the server's certificate; undefined: the authorities that Node trusts. */
  @ReadableFile()
  databaseSslCa?: string;

  /** Maximum number of connections in the pool (004). The embedded PostgreSQL has one session, so its pool has one. */
  @WholeNumber({ min: 1, max: 1000 })
  databasePoolSize: number = 20;

  /** Replicas that may serve reads, separated by commas. */
  @ServerUrls()
  databaseReplicaUrls: string[] = [];

  /** Milliseconds after which a statement is cancelled; 0: never. */
  @WholeNumber({ min: 0, max: 2_147_483_647 })
  databaseStatementTimeoutMs: number = 0;

  /** Whether to print each statement, with its parameters: personal data, so not in production. */
  @Flag()
  databaseLog: boolean = false;

  /** An empty database for the migration generator's scratch schema; undefined: the login may create one. */
  @ServerUrl()
  scratchDatabaseUrl?: string;

  /** Whether the database is the embedded one. */
  get embedded(): boolean {
    return this.databaseUrl === undefined && this.databaseSecretFile === undefined;
  }
}

/**
 * Reads and validates the configuration. An environment variable overrides the same variable in `.env`.
 *
 * @param environment default: the environment of the process, and the project's `.env`
 * @throws ConfigurationError with one line per invalid variable: its name, its value (never a password), and the allowed values
 */
export function readConfiguration(environment: NodeJS.ProcessEnv = processEnvironment()): Configuration {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const configuration = plainToInstance(Configuration, set, {
    excludeExtraneousValues: true,
    exposeDefaultValues: true,
  });
  const wrong = validateSync(configuration).map(({ property, constraints }) => {
    const name = variableOf(property);
    return `${name} is ${shown(name, set[name]!)}: give ${Object.values(constraints!)[0]}.`;
  });
  if (wrong.length === 0) wrong.push(...contradictions(configuration));
  if (wrong.length > 0) throw new ConfigurationError(wrong.join('\n'));
  return configuration;
}

function processEnvironment(): NodeJS.ProcessEnv {
  const file = join(ROOT, '.env');
  return { ...(existsSync(file) ? parseEnvironment(readFileSync(file)) : {}), ...process.env };
}

/** Problems between variables that are valid by themselves. */
function contradictions(configuration: Configuration): string[] {
  const { databaseUrl, databaseSecretFile, databaseSsl, databaseSslCa, databaseReplicaUrls, embedded } = configuration;
  const found: string[] = [];
  if (databaseUrl && databaseSecretFile)
    found.push('DATABASE_URL and DATABASE_SECRET_FILE are both set: set only one of them.');
  if (embedded && configuration.nodeEnv === 'production')
    found.push(
      'NODE_ENV is production and no database is configured: set DATABASE_URL or DATABASE_SECRET_FILE. The embedded database is for development and tests.',
    );
  if (embedded && databaseReplicaUrls.length > 0)
    found.push(
      'DATABASE_REPLICA_URLS is set without a primary server: set DATABASE_URL or DATABASE_SECRET_FILE as well.',
    );
  if (embedded && databaseSsl)
    found.push('DATABASE_SSL is true without a server: set DATABASE_URL or DATABASE_SECRET_FILE as well.');
  if (databaseSslCa && !databaseSsl)
    found.push('DATABASE_SSL_CA is set and DATABASE_SSL is not: set DATABASE_SSL=true as well.');
  return found;
}

/** A property read from the variable with its name. `parse` gets the text; a value that breaks a rule is rejected. */
function variable(parse: (value: string) => unknown, ...rules: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    Expose({ name: variableOf(String(property)) })(target, property);
    // A default needs no parsing.
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? parse(value.trim()) : value))(
      target,
      property,
    );
    IsOptional()(target, property);
    for (const rule of rules) rule(target, property);
  };
}

function OneOf(values: readonly string[]): PropertyDecorator {
  return variable((value) => value, IsIn([...values], { message: `one of ${values.join(', ')}` }));
}

function Flag(): PropertyDecorator {
  return variable((value) => ({ true: true, false: false })[value] ?? value, IsBoolean({ message: 'true or false' }));
}

function WholeNumber({ min, max }: { min: number; max: number }): PropertyDecorator {
  const message = `a whole number from ${min} to ${max}`;
  return variable(
    (value) => (/^\d+$/.test(value) ? Number(value) : NaN),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

function Folder(): PropertyDecorator {
  return variable((value) => resolve(ROOT, value));
}

function ReadableFile(): PropertyDecorator {
  return variable((value) => resolve(ROOT, value), rule(isReadable, 'the path of a file that can be read'));
}

function ServerUrl(): PropertyDecorator {
  return variable((value) => value, rule(isServerUrl, A_URL));
}

function ServerUrls(): PropertyDecorator {
  return variable(
    (value) => value.split(',').map((url) => url.trim()),
    rule((urls) => (urls as string[]).every(isServerUrl), `${A_URL}; several of them separated by commas`),
  );
}

function rule(holds: (value: unknown) => boolean, allowed: string): PropertyDecorator {
  return ValidateBy({ name: 'allowed', validator: { validate: holds, defaultMessage: () => allowed } });
}

function isReadable(path: unknown): boolean {
  try {
    accessSync(String(path), constants.R_OK);
    return statSync(String(path)).isFile();
  } catch {
    return false;
  }
}

/** Whether pg understands the URL, and it leaves TLS to DATABASE_SSL. */
function isServerUrl(text: unknown): boolean {
  const url = parsedUrl(String(text));
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) return false;
  return ![...url.searchParams.keys()].some((key) => /^(ssl|uselibpqcompat)/.test(key));
}

/** `databasePoolSize` → `DATABASE_POOL_SIZE`. */
function variableOf(property: string): string {
  return snakeCase(property).toUpperCase();
}

/** A variable's value without passwords. */
function shown(name: string, value: string): string {
  if (!/_URLS?$/.test(name)) return JSON.stringify(value);
  return value
    .split(',')
    .map((url) => withoutPassword(url.trim()))
    .join(', ');
}
