import type { PGlite } from '@electric-sql/pglite';
import { AnswerReader } from './answer-reader';
import { firstColumns, query } from './wire';

/** The `status` of the exception that stands for PostgreSQL's longjmp to its error handler: an ordinary ERROR. */
const LONGJMP = 100;
/** Responses are sent in pieces of this size. Bytes. */
const PIECE = 64 * 1024;

/** The other end of PostgreSQL's socket. */
export interface Socket {
  /** Waits until the client has sent more messages. */
  receive(): Uint8Array;
  /** Sends a response; may wait if the client reads too slowly. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
}

/**
 * Runs the PostgreSQL inside PGlite like a backend process on a socket: it reads a client's messages one by one, waits for
 * messages that have not arrived yet (COPY FROM STDIN), and sends responses while it works. So it never holds a whole COPY or
 * a whole result in memory.
 *
 * PGlite's own execProtocol needs a COPY as a whole. It also continues after a crash of PostgreSQL (FATAL or PANIC, for example
 * because of a full disk), endlessly or with corrupted memory. Here a crash is an exception, after which the instance must
 * not be used.
 */
export class Postgres {
  /** Whether a client may have changed settings of the session. The code that saves the settings resets it. */
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
   * Processes complete messages of a client, and returns when it needs more.
   *
   * @returns the transaction status at the end of the response: I (idle), T (in a transaction), E (in a failed transaction);
   *   undefined if PostgreSQL waits for the rest of an extended query
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

  /** Runs internal SQL; errors are only logged. Returns the first column of each row, without nulls. */
  ask(sql: string): string[] {
    return firstColumns(this.serveUnanswered(query(sql)));
  }

  /** Processes internal messages. Returns the response. */
  serveUnanswered(messages: Uint8Array): Buffer {
    const { socket } = this;
    const answer: Uint8Array[] = [];
    this.socket = { receive: () => socket.receive(), send: (bytes) => answer.push(bytes) };
    this.serve(messages);
    this.socket = socket;
    return Buffer.concat(answer);
  }

  /** WebAssembly's memory, which is replaced when it grows. */
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

  /** Called when PostgreSQL reads. It reads beyond the given messages only if the client has to send more. */
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

  /** Called when PostgreSQL writes. */
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
