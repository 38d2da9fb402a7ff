import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The maximum length of a socket's path: 104 bytes on macOS, 108 on Linux, including the final zero byte. */
const LONGEST_PATH = 103;

/**
 * Listens on a socket, so that others can see that this process is running. It does not keep the process running. Undefined:
 * the file system has no sockets.
 */
export function listen(path: string): Promise<Server | undefined> {
  return withAddress(
    path,
    (address) =>
      new Promise((resolve) => {
        const server = createServer((socket) => socket.destroy());
        server.on('error', () => resolve(undefined));
        server.listen(address, () => resolve(server.unref()));
      }),
  );
}

/** Whether a process listens on a socket; true if unknown. */
export function answers(path: string): Promise<boolean> {
  return withAddress(
    path,
    (address) =>
      new Promise((resolve) => {
        const socket = connect(address, () => {
          socket.destroy();
          resolve(true);
        });
        // ENOENT: released in the meantime; on Windows, also ended.
        socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(!/^(ECONNREFUSED|ENOENT)$/.test(code ?? '')));
      }),
  );
}

/** Uses a socket by its path, or by a short link if the path is too long. Windows uses named pipes instead. */
async function withAddress<T>(path: string, use: (address: string) => Promise<T>): Promise<T> {
  if (process.platform === 'win32') return use(`\\\\.\\pipe\\${basename(path)}`);
  if (Buffer.byteLength(path) <= LONGEST_PATH) return use(path);
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  try {
    symlinkSync(dirname(path), join(folder, 'to'));
    return await use(join(folder, 'to', basename(path)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
