import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** `npm start`. */
export function start(databaseUrl: string, port: number, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--require', './typescript.js', 'src/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'development', DATABASE_URL: databaseUrl, PORT: String(port), ...environment },
  });
}

/** What it prints until the last line of its greeting. */
export async function greeting(command: ChildProcess): Promise<string> {
  for (let output = ''; ;) {
    const [chunk] = (await once(command.stdout!, 'data')) as [Buffer];
    output += chunk.toString();
    if (/^Next: .*\n/m.test(output)) return output;
  }
}

export async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

export async function freePort(): Promise<number> {
  const { server, port } = await listening();
  server.close();
  await once(server, 'close');
  return port;
}
