import type { PGlite } from '@electric-sql/pglite';

/** The `status` of the exception that stands for PostgreSQL's longjmp to its error handler: an ordinary ERROR. */
const LONGJMP = 100;
/** Answers go out in pieces of this size. Bytes. */
const PIECE = 64 * 1024;

/** The other end of PostgreSQL's socket. */
export interface Socket {
  /** Waits until the client has sent more messages. */
  receive(): Uint8Array;
  /** Hands an answer on; may wait while the client takes it in too slowly. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
}

/**
 * The PostgreSQL inside a PGlite, driven like a backend process at its socket: it reads a client's messages one by one,
 * waits where it needs one that has not come yet (COPY FROM STDIN), and sends its answers while it works. So neither a
 * COPY nor a result is ever held in memory as a whole.
 *
 * PGlite's own execProtocol takes a COPY only as a whole, and it goes on after PostgreSQL has given up (a FATAL or PANIC:
 * a full disk, say), for ever or with broken memory. Here that is an exception, after which the instance must not be used.
 */
export class Postgres {
  private readonly piece = Buffer.alloc(PIECE);
  private size = 0;
  private input: Uint8Array = new Uint8Array(0);
  private ending = Buffer.alloc(0);

  constructor(
    private readonly module: PGlite['Module'],
    private readonly socket: Socket,
  ) {
    const read = module.addFunction((pointer: number, length: number) => this.read(pointer, length), 'ipi');
    const write = module.addFunction((pointer: number, length: number) => this.write(pointer, length), 'ipi');
    module._pgl_set_rw_cbs(read, write);
  }

  /**
   * Handles a client's messages, whole ones, and returns when it needs more of them.
   *
   * @returns the status of the transaction that PostgreSQL ended its answer with: I (none), T (in one), E (in a failed one);
   *   undefined where it did not: it waits for the rest of an extended query
   */
  serve(messages: Uint8Array): string | undefined {
    this.input = messages;
    while (this.input.length > 0 || this.module._pq_buffer_remaining_data() > 0) this.serveOne();
    this.module._PostgresSendReadyForQueryIfNecessary();
    this.module._pgl_pq_flush();
    this.flush();
    return this.ending.subarray(0, 5).equals(READY) ? String.fromCharCode(this.ending[5]) : undefined;
  }

  private serveOne(): void {
    const stack = this.module.stackSave();
    try {
      this.module._PostgresMainLoopOnce();
    } catch (error) {
      if ((error as { status?: number }).status !== LONGJMP) throw error;
      this.module.stackRestore(stack);
      this.module._PostgresMainLongJmp();
    }
  }

  /** PostgreSQL reads. It asks for more than the whole messages it was given only where the client has to send more. */
  private read(pointer: number, length: number): number {
    if (this.input.length === 0) {
      this.flush();
      this.input = this.socket.receive();
    }
    const bytes = this.input.subarray(0, length);
    this.module.HEAPU8.set(bytes, pointer);
    this.input = this.input.subarray(bytes.length);
    return bytes.length;
  }

  /** PostgreSQL writes. */
  private write(pointer: number, length: number): number {
    const bytes = this.module.HEAPU8.subarray(pointer, pointer + length);
    this.ending = Buffer.concat([this.ending, bytes.subarray(-READY_LENGTH)]).subarray(-READY_LENGTH);
    for (let from = 0; from < length;) {
      if (this.size === PIECE) this.flush();
      const part = bytes.subarray(from, from + PIECE - this.size);
      this.piece.set(part, this.size);
      this.size += part.length;
      from += part.length;
    }
    return length;
  }

  private flush(): void {
    if (this.size === 0) return;
    const bytes = new Uint8Array(this.piece.subarray(0, this.size));
    this.size = 0;
    this.socket.send(bytes);
  }
}

/** ReadyForQuery but for its last byte. No other message that an answer can end with ends like it. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
const READY_LENGTH = 6;
