import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './start';
import { SERVER } from './template';

/** Where Debian, macOS and a build of one's own put PgBouncer. */
const PROGRAM = ['/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(existsSync);

/** `describe` for what goes through a pooler. Skipped without TEST_DATABASE_URL or PgBouncer (`apt-get install pgbouncer`). */
export const describeThroughPooler = SERVER && PROGRAM ? describe : describe.skip;

/** A PgBouncer before the tests' server, which hands each transaction to any of four sessions. */
export interface Pooler {
  /** A database's URL through it. */
  through(url: string): string;
  close(): Promise<void>;
}

export async function startPooler(): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'pooler-'));
  const port = await freePort();
  const { hostname, port: serverPort, username, password } = new URL(SERVER!);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${serverPort || 5432} user=${username}${password ? ` password=${decodeURIComponent(password)}` : ''}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_round_robin = 1
ignore_startup_parameters = extra_float_digits,statement_timeout,idle_in_transaction_session_timeout
`,
    { mode: 0o644 },
  );
  // It refuses to run as root.
  const [uid, gid] =
    process.getuid!() === 0
      ? ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' })))
      : [];
  execFileSync('chmod', ['755', folder]);
  const program = spawn(PROGRAM!, ['-q', file], { uid, gid, stdio: 'ignore' });
  await untilListening(port, program);
  return {
    through(url) {
      const pooled = new URL(url);
      pooled.host = `127.0.0.1:${port}`;
      return pooled.href;
    },
    async close() {
      program.kill('SIGKILL');
      if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

async function untilListening(port: number, program: ChildProcess): Promise<void> {
  for (;;) {
    if (program.exitCode !== null) throw new Error(`PgBouncer has ended with ${program.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const listening = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (listening) return;
    await sleep(50);
  }
}
