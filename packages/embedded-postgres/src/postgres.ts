import type { PGlite } from '@electric-sql/pglite';
import { AnswerReader } from './answer-reader';
import { firstColumns, query } from './wire';

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
  /** Whether a client may have changed settings of the session; whoever has seen to it sets it back. */
  settingsTouched = false;
  private readonly answers = new AnswerReader();
  private readonly piece = Buffer.alloc(PIECE);
  private size = 0;
  private input: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly module: PGlite['Module'],
    private socket: Socket,
  ) {
    const read = module.addFunction((pointer: number, length: number) => this.read(pointer, length), 'ipi');
    const write = module.addFunction((pointer: number, length: number) => this.write(pointer, length), 'ipi');
    module._pgl_set_rw_cbs(read, write);
  }

  /**
   * Handles a client's messages, whole ones, and returns when it needs more of them.
   *
   * @returns the transaction's status that the answer ended with: I (none), T (in one), E (in a failed one); undefined
   *   where PostgreSQL waits for the rest of an extended query
   */
  serve(messages: Uint8Array): string | undefined {
    this.input = messages;
    if (Buffer.from(messages.buffer, messages.byteOffset, messages.length).includes('set_config'))
      this.settingsTouched = true;
    while (this.input.length > 0 || this.module._pq_buffer_remaining_data() > 0) this.serveOne();
    this.module._PostgresSendReadyForQueryIfNecessary();
    this.module._pgl_pq_flush();
    this.flush();
    this.settingsTouched ||= this.answers.settingsTouched;
    this.answers.settingsTouched = false;
    return this.answers.status;
  }

  /** Runs SQL of our own; its errors are in the log alone. Returns the rows' first columns, but those that are null. */
  ask(sql: string): string[] {
    return firstColumns(this.serveUnanswered(query(sql)));
  }

  /** Handles messages of our own. Returns the answer. */
  serveUnanswered(messages: Uint8Array): Buffer {
    const { socket } = this;
    const answer: Uint8Array[] = [];
    this.socket = { receive: () => socket.receive(), send: (bytes) => answer.push(bytes) };
    this.serve(messages);
    this.socket = socket;
    return Buffer.concat(answer);
  }

  /** WebAssembly's memory; another one after it has grown. */
  private get memory(): Uint8Array {
    return (this.module as unknown as { HEAPU8: Uint8Array }).HEAPU8;
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
    this.memory.set(bytes, pointer);
    this.input = this.input.subarray(bytes.length);
    return bytes.length;
  }

  /** PostgreSQL writes. */
  private write(pointer: number, length: number): number {
    const bytes = Buffer.from(this.memory.buffer, pointer, length);
    this.answers.read(bytes);
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
