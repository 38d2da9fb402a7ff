import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { IDENTITY } from './listener';
import { MessageReader, parameterStatuses, startupMessage, typeOf } from './wire';

/** How long a server may take to answer a new client. Milliseconds. */
const ANSWER_LIMIT = 10_000;

/**
 * An idle connection that keeps an embedded server running. The system closes it at the latest when this process ends. It does
 * not keep this process running.
 */
export class Lease {
  private constructor(private readonly socket: Socket) {}

  /** Takes a lease; undefined: no server answers, or one with another identity. */
  static async take(url: string, identity: string): Promise<Lease | undefined> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), timeout: ANSWER_LIMIT });
    try {
      const statuses = await greet(socket);
      if (statuses[IDENTITY] !== identity) throw new Error('another server');
    } catch {
      socket.destroy();
      return undefined;
    }
    socket.setTimeout(0);
    socket.on('error', () => socket.destroy());
    socket.resume().unref();
    return new Lease(socket);
  }

  /** Keeps this process running until the lease is released or the server has stopped. */
  async ended(): Promise<void> {
    this.socket.ref();
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  release(): void {
    this.socket.destroy();
  }
}

/** Connects like any client. Returns the settings that the server reports. */
function greet(socket: Socket): Promise<Record<string, string>> {
  const reader = new MessageReader();
  const received: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on('connect', () =>
      socket.write(startupMessage({ user: 'postgres', database: 'postgres', application_name: 'embedded lease' })),
    );
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let next = reader.next(); next; next = reader.next()) {
        received.push(next);
        if (typeOf(next) === 'Z') resolve(parameterStatuses(Buffer.concat(received)));
      }
    });
    socket.on('timeout', () => reject(new Error('no answer')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}
