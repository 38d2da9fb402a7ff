import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Backend } from './backend';
import { Connection } from './connection';
import type { Session } from './session';
import { message, READY_FOR_QUERY } from './wire';

/** The setting that identifies the server to clients. */
export const IDENTITY = 'embedded_server';

const HOST = '127.0.0.1';

/** Accepts clients from this machine. */
export class Listener {
  /** Called when the last client has disconnected. */
  onDeserted?: () => void;
  private readonly connections = new Set<Connection>();
  private readonly server: Server;
  private readonly greeting: Buffer;

  /** @param identity the value of IDENTITY for clients */
  constructor(
    backend: Backend,
    private readonly session: Session,
    identity: string,
  ) {
    this.server = createServer((socket) => this.accept(socket));
    this.greeting = Buffer.concat([
      backend.greeting.subarray(0, -READY_FOR_QUERY.length),
      message('S', IDENTITY, identity),
      READY_FOR_QUERY,
    ]);
  }

  get isDeserted(): boolean {
    return this.connections.size === 0;
  }

  /** Listens on the port, or on any free port if it is in use. Returns the URL. */
  async open(port: number): Promise<string> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.server.once('error', reject);
        this.server.listen(port, HOST, resolve);
      });
    } catch (error) {
      if (port === 0 || !['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return this.open(0);
    }
    return `postgres://postgres@${HOST}:${(this.server.address() as AddressInfo).port}/postgres`;
  }

  /** Stops accepting clients, and ends all connections with an error message. */
  close(code: string, reason: string): void {
    this.server.close();
    for (const connection of this.connections) connection.end(code, reason);
  }

  private accept(socket: Socket): void {
    const connection = new Connection(socket, this.session, this.greeting);
    this.connections.add(connection);
    socket.on('close', () => {
      this.connections.delete(connection);
      if (this.isDeserted) this.onDeserted?.();
    });
  }
}
