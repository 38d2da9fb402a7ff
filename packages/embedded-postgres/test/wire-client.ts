import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MessageReader, startupMessage, typeOf } from '../src/wire';

/** A client that sends exactly the messages that a test wants. */
export class WireClient {
  private reader = new MessageReader();

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.reader.push(chunk));
    socket.on('error', () => undefined);
  }

  /** Connected, and not greeted yet. */
  static async dial(url: string): Promise<WireClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const client = new WireClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Connected and greeted. */
  static async connect(url: string): Promise<WireClient> {
    const client = await WireClient.dial(url);
    client.send(startupMessage({ user: 'postgres', database: 'postgres' }));
    await client.answer();
    return client;
  }

  send(...messages: Buffer[]): void {
    this.socket.write(Buffer.concat(messages));
  }

  /** Sends messages and returns what they are answered with, up to ReadyForQuery. */
  ask(...messages: Buffer[]): Promise<string[]> {
    this.send(...messages);
    return this.answer();
  }

  /** The messages up to one of a type (ReadyForQuery by default), each as its type and its text, without NULs. */
  async answer(last = 'Z'): Promise<string[]> {
    const messages: string[] = [];
    while (!messages.at(-1)?.startsWith(last)) {
      const next = this.reader.next();
      if (next) messages.push(`${typeOf(next)} ${next.toString('latin1', 5).replaceAll('\0', ' ').trim()}`.trim());
      else await once(this.socket, 'data');
    }
    return messages;
  }

  /** The one byte that answers a request for encryption. */
  async byte(): Promise<string> {
    const [chunk] = (await once(this.socket, 'data')) as [Buffer];
    this.reader = new MessageReader();
    return chunk.toString();
  }

  /** Waits until the server has closed the connection. */
  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  /** How many bytes the server has not taken yet. */
  get unsent(): number {
    return this.socket.writableLength;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Goes without a word, as a process does that is killed. */
  kill(): void {
    this.socket.destroy();
  }
}
