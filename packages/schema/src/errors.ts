import { inspect, types } from 'node:util';

/** An error that the user can fix. Its message is one line with cause and remedy. */
export class UserError extends Error {
  /** The exit code of a command that ends with this error. */
  readonly exitCode: number = 1;

  /** Prints only the message, without a stack, also in TypeORM's own command line. */
  [inspect.custom](): string {
    return this.message;
  }
}

/** Invalid environment variables. The message has one line for each. */
export class ConfigurationError extends UserError {}

/** What the errors of pg, PostgreSQL and Node have in common. */
interface Failure {
  /** A SQLSTATE, or a code of Node such as ECONNREFUSED. */
  code?: string;
  message: string;
  /** The errors of all addresses, if Node tried several. */
  errors?: Failure[];
}

type Explanation = (server: string, message: string) => string;

const noServer: Explanation = (server) =>
  `No server is listening at ${server}: start the server, or correct host and port in the connection URL (DATABASE_URL).`;
const noSocket: Explanation = (server) =>
  `No server is listening on the socket ${server}: start the server, or correct the connection URL (DATABASE_URL).`;
const unknownHost: Explanation = (server) =>
  `The host of ${server} is unknown: correct its name in the connection URL (DATABASE_URL).`;
const noLookup: Explanation = (server) =>
  `The host of ${server} can't be looked up now: check its name in the connection URL (DATABASE_URL), and the network.`;
const noAnswer: Explanation = (server) =>
  `${server} does not answer: check host and port in the connection URL (DATABASE_URL), the firewall, and whether the server is running.`;
const lostConnection: Explanation = (server, message) =>
  `The connection to ${server} was lost (${message}): try again; uncommitted changes were rolled back.`;
const notReady: Explanation = (server, message) => `${server} is not ready (${message}): try again in a moment.`;
const busyPool: Explanation = () =>
  'All connections of the pool were busy for too long: raise the pool size (DATABASE_POOL_SIZE), or look for a transaction that never ends.';
const refusedPassword: Explanation = (server, message) =>
  `${server} rejects the login (${message}): correct user and password in the connection URL (DATABASE_URL or DATABASE_SECRET_FILE).`;
const missingExtension: Explanation = (server, message) => {
  const extension = /extension "([^"]+)"|extension\/([^/.]+)\.control/.exec(message);
  const name = extension?.[1] ?? extension?.[2];
  return name === 'vector'
    ? `${server} lacks the extension "vector": install pgvector on it (https://github.com/pgvector/pgvector#installation).`
    : `${server} lacks the extension "${name}": install it there.`;
};
const untrusted: Explanation = (server, message) =>
  `The TLS certificate of ${server} is not trusted (${message}): give its authority's certificate (DATABASE_SSL_CA).`;
const fullDisk: Explanation = (server, message) =>
  `The disk of ${server} is full (${message}): free some space and try again; uncommitted changes were rolled back.`;
const tooManyConnections: Explanation = (server, message) =>
  `${server} accepts no more connections (${message}): lower the pool size (DATABASE_POOL_SIZE), or raise max_connections on the server.`;

/** Explanations by code: SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) and Node's. */
const BY_CODE: Record<string, Explanation> = {
  ECONNREFUSED: noServer,
  ENOENT: noSocket,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: noLookup,
  ETIMEDOUT: noAnswer,
  EHOSTUNREACH: noAnswer,
  ENETUNREACH: noAnswer,
  ECONNRESET: lostConnection,
  EPIPE: lostConnection,
  '08006': lostConnection,
  '57P01': lostConnection,
  '57P02': lostConnection,
  '57P03': notReady,
  '28000': (server, message) =>
    `${server} rejects the login (${message}): allow it in the server's pg_hba.conf, correct the connection URL (DATABASE_URL), or, if the server requires TLS, turn TLS on (DATABASE_SSL=true).`,
  '28P01': refusedPassword,
  '3D000': (server, message) =>
    `${server} can't be opened (${message}): correct the connection URL (DATABASE_URL), or create the database with createdb.`,
  '53300': tooManyConnections,
  '58P01': missingExtension,
  '0A000': missingExtension,
  '25006': (server, message) =>
    `${server} is read-only (${message}): use the primary server in the connection URL (DATABASE_URL), or make this one writable.`,
  '53100': fullDisk,
  ENOSPC: fullDisk,
  '42501': (server, message) =>
    `The login lacks a right on ${server} (${message}): use the login that owns the tables, or grant it the right.`,
  '57014': (_, message) =>
    `The statement was cancelled (${message}): raise the statement timeout (DATABASE_STATEMENT_TIMEOUT_MS) if it needs longer.`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: (server) => `The TLS certificate of ${server} has expired: renew it on the server.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (server, message) =>
    `The TLS certificate of ${server} is for another host (${message}): use the certificate's host name in the connection URL (DATABASE_URL).`,
};

/** Explanations by pg's message, for failures without a specific code. They come before the codes. */
const BY_MESSAGE: [pattern: RegExp, explanation: Explanation][] = [
  [
    /does not support SSL connections/,
    (server) => `${server} does not support TLS: turn it on there, or turn it off here (DATABASE_SSL=false).`,
  ],
  [
    /client password must be/,
    (server) => `${server} asks for a password and none is set: add it to the connection URL (DATABASE_URL).`,
  ],
  [/^timeout exceeded when trying to connect/, busyPool],
  [/connection timeout|timeout expired/, noAnswer],
  // The latter is from TypeORM, for a connection that broke while idle.
  [/^Connection terminated|^Query runner already released/, lostConnection],
];

/** Codes with several meanings: the explanation applies only to these messages. */
const ONLY_WHERE: Record<string, RegExp> = {
  ENOENT: /^connect /,
  '0A000': /^extension .* is not available/,
  '58P01': /extension control file/,
  '57014': /statement timeout/,
};

function explanationOf({ code = '', message }: Failure): Explanation | undefined {
  const known = BY_MESSAGE.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  if (ONLY_WHERE[code]?.test(message) === false) return undefined;
  return BY_CODE[code];
}

/** The failure to explain. If several addresses were tried (`localhost` is two), the last: AggregateErrors have no message. */
function failureOf(error: unknown): Failure {
  if (!types.isNativeError(error)) return { message: String(error) };
  return (error as Failure).errors?.at(-1) ?? error;
}

/** Temporary failures: the database is unreachable, ended the connection, or accepts no more connections. */
const TEMPORARY = new Set([
  noServer,
  noSocket,
  unknownHost,
  noLookup,
  noAnswer,
  lostConnection,
  notReady,
  tooManyConnections,
  busyPool,
]);

/** Whether the database is or became unavailable, so that a later try may succeed. */
export function isUnavailable(error: unknown): boolean {
  const explanation = explanationOf(failureOf(error));
  return explanation !== undefined && TEMPORARY.has(explanation);
}

/** One line, without the passwords of URLs. */
function line(text: string): string {
  const oneLine = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^the database\b/, 'The database');
  return withoutPasswords(oneLine);
}

function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/[^\s:@/]*):[^\s]*@/g, '$1:***@');
}

/**
 * Returns a `UserError` if cause and remedy are known; otherwise the error itself.
 *
 * @param server the name of the server in the message: its URL, without the password
 */
export function explainError(error: unknown, server = 'the database'): unknown {
  if (isUserError(error)) return error;
  const failure = failureOf(error);
  const explanation = explanationOf(failure);
  return explanation ? new UserError(line(explanation(server, failure.message)), { cause: error }) : error;
}

/** Any error as one line for the user, with cause and remedy if known. Errors of the configuration have one line each. */
export function describeError(error: unknown, server?: string): string {
  const explained = explainError(error, server);
  return isUserError(explained) ? explained.message : line(failureOf(error).message);
}

/**
 * Runs a command's main function. A `UserError` is printed as one line, and the command exits with its `exitCode`. Any other
 * error is a bug and is printed with its stack.
 */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const explained = explainError(error);
    console.error(isUserError(explained) ? explained.message : withoutPasswords(report(explained)));
    process.exitCode = isUserError(explained) ? explained.exitCode : 1;
  });
}

function report(error: unknown): string {
  return `${inspect(error)}\nThis is a bug. Please report it, with all of the above.`;
}

/** Whether it is a `UserError` of this package, or of another one that sets an exit code too. */
function isUserError(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && typeof (error as { exitCode?: unknown }).exitCode === 'number';
}
