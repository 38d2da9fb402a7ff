import { execFile as execFileOfCallbacks, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describeOnServer } from './databases';

const execFile = promisify(execFileOfCallbacks);

/** The programs of a PostgreSQL installed here (as on Debian); undefined: there is none. */
const PROGRAMS = ['/usr/lib/postgresql']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((version) => join(folder, version, 'bin')))
  .findLast((folder) => existsSync(join(folder, 'initdb')));

/** `describe` for what a server has to be set up for: passwords, TLS. Skipped without TEST_DATABASE_URL or PostgreSQL's programs. */
export const describeOnOwnServer = PROGRAMS ? describeOnServer : describe.skip;

/** A PostgreSQL server of the test's own: `localhost` with a certificate, the superuser `postgres` trusted, everybody else by password. */
export interface OwnServer {
  port: number;
  /** The certificate (PEM) of the authority that signed the server's. */
  authority: string;
  /** Runs a statement on a new connection as `postgres`. */
  run(sql: string): Promise<unknown[]>;
  /** Ends it at once, as a crash does; `start` starts it again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Those who may come in; `stranger` and everybody without a line may not. */
const ACCESS = `
host    all postgres all trust
hostssl all tls_only all scram-sha-256
host    all me       all scram-sha-256
host    all successor all scram-sha-256
`;

export async function startServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'server-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const program = (name: string, ...parameters: string[]) =>
    execFile(join(PROGRAMS!, name), ['-D', data, ...parameters], { ...notRoot(), cwd: folder });

  await makeCertificates(folder);
  await own(folder);
  await program('initdb', '-U', 'postgres', '-A', 'trust', '--no-sync');
  await writeFile(join(data, 'pg_hba.conf'), ACCESS);
  await appendFile(
    join(data, 'postgresql.conf'),
    `port = ${port}\nlisten_addresses = 'localhost'\nunix_socket_directories = ''\nfsync = off\n` +
      `ssl = on\nssl_cert_file = '${folder}/server.pem'\nssl_key_file = '${folder}/server.key'\n`,
  );
  const start = async (): Promise<void> => void (await program('pg_ctl', '-w', '-l', join(folder, 'log'), 'start'));
  const stop = async (): Promise<void> => void (await program('pg_ctl', '-m', 'immediate', 'stop'));
  await start();
  return {
    port,
    authority: join(folder, 'authority.pem'),
    async run(sql) {
      const client = new Client({ connectionString: `postgres://postgres@localhost:${port}/postgres` });
      await client.connect();
      const { rows } = await client.query<object>(sql).finally(() => client.end());
      return rows;
    },
    start,
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function makeCertificates(folder: string): Promise<void> {
  const certificate = (name: string, subject: string, ...parameters: string[]) =>
    execFile('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${subject}`, '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)],
      ...parameters,
    ]);
  await certificate('authority', 'Authority of the tests');
  const signedBy = ['-CA', join(folder, 'authority.pem'), '-CAkey', join(folder, 'authority.key')];
  await certificate('server', 'localhost', '-addext', 'subjectAltName=DNS:localhost', ...signedBy);
}

/** PostgreSQL refuses to run as root: the user that it runs as then. */
function notRoot(): { uid?: number; gid?: number } {
  if (process.getuid!() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' })));
  return { uid, gid };
}

/** Gives the folder and its files to the user that the server runs as. */
async function own(folder: string): Promise<void> {
  const { uid, gid } = notRoot();
  if (uid === undefined) return;
  for (const name of ['.', ...readdirSync(folder)]) await chown(join(folder, name), uid, gid!);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, 'localhost', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
