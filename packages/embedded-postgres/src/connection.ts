import type { Socket } from 'node:net';
import type { Turn } from './backend';
import { type Owner, type Session, WaitedTooLong } from './session';
import { PreparedStatements } from './statements';
import { errorResponse, MessageReader, ProtocolError, READY_FOR_QUERY, readOpening, typeOf } from './wire';

/** How much input of a waiting client is read ahead. Bytes. */
const MOST_READ_AHEAD = 1024 * 1024;

/** Messages that belong to a COPY FROM STDIN: data, done, fail. */
const COPY = 'dcf';
/** Messages that end with ReadyForQuery: simple query, function call, Sync. */
const ENDS_TURN = 'QFS';
/** The rest of an extended query: Parse, Bind, Describe, Execute, Close, Flush. */
const EXTENDED = 'PBDECH';

/** The number of the last client. */
let clients = 0;

/** One client of the embedded PostgreSQL. Its messages are processed in order, when it has the session. */
export class Connection implements Owner {
  name: string;
  gone = false;
  readonly turn: Turn = { client: ++clients, settings: {} };
  private readonly statements = new PreparedStatements();
  private readonly reader = new MessageReader();
  private started = false;
  private working = false;
  private skipping = false;

  /** @param greeting the messages for a new connection, up to ReadyForQuery */
  constructor(
    private readonly socket: Socket,
    private readonly session: Session,
    private readonly greeting: Buffer,
  ) {
    this.name = `a client on port ${socket.remotePort}`;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.reader.push(chunk);
      if (this.working && this.reader.size > MOST_READ_AHEAD) socket.pause();
      if (!this.working) void this.work();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.gone = true;
      if (this.started) void session.leave(this, this.statements.close());
    });
  }

  answer(bytes: Uint8Array, sent: () => void): void {
    this.socket.write(bytes, sent);
  }

  /** Ends the connection with an error message. */
  end(code: string, reason: string): void {
    this.socket.end(errorResponse({ severity: 'FATAL', code, message: reason }));
  }

  private async work(): Promise<void> {
    this.working = true;
    try {
      while (this.socket.writable) {
        const next = this.started ? this.reader.next() : this.reader.nextUntyped();
        if (!next) break;
        if (this.started) await this.handle(next);
        else this.open(next);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end('08P01', error.message);
    } finally {
      this.working = false;
      this.socket.resume();
    }
  }

  private open(packet: Buffer): void {
    const opening = readOpening(packet);
    if (opening.kind === 'encryption') return void this.socket.write('N');
    // Statements can't be cancelled: PGlite checks for nothing while one runs.
    if (opening.kind === 'cancel') return void this.socket.end();
    const { user, database, settings } = opening;
    if (user !== 'postgres')
      return this.end(
        '28000',
        `the embedded PostgreSQL has only the login postgres, not "${user}": use SET ROLE to act as another role`,
      );
    if (database !== 'postgres')
      return this.end('3D000', `the embedded PostgreSQL has only the database postgres, not "${database}"`);
    const { client_encoding: encoding = 'UTF8' } = settings;
    if (!/^(utf-?8|unicode|sql_ascii)$/i.test(encoding))
      return this.end(
        '0A000',
        `the embedded PostgreSQL supports only UTF8, not ${encoding}: set PGCLIENTENCODING=UTF8`,
      );
    if (settings.application_name) this.name = `"${settings.application_name}" on port ${this.socket.remotePort}`;
    Object.assign(this.turn.settings, settings);
    this.started = true;
    this.socket.write(this.greeting);
  }

  private async handle(next: Buffer): Promise<void> {
    const type = typeOf(next);
    if (type === 'X') return void this.socket.end();
    if (COPY.includes(type)) {
      const all = Buffer.concat([next, ...this.reader.nextAll(COPY)]);
      // After an error in a COPY the client keeps sending until it reads the error. PostgreSQL ignores that input too.
      if (this.session.isOwnedBy(this)) await this.session.send(all);
      return;
    }
    if (!ENDS_TURN.includes(type) && !EXTENDED.includes(type)) throw new ProtocolError(`invalid message type ${type}`);
    if (this.skipping) return type === 'S' ? this.ready() : undefined;
    this.turn.preamble = this.statements.preamble(next);
    try {
      await this.session.turn(this);
    } catch (error) {
      if (error instanceof WaitedTooLong) return this.refuse(type, error);
      throw error;
    }
    if (!this.gone) await this.session.send(this.statements.translate(next));
  }

  /** Like PostgreSQL after an error: skips the rest of an extended query up to Sync. */
  private refuse(type: string, { message }: WaitedTooLong): void {
    this.socket.write(errorResponse({ severity: 'ERROR', code: '55P03', message }));
    if (ENDS_TURN.includes(type)) this.ready();
    else this.skipping = true;
  }

  private ready(): void {
    this.skipping = false;
    this.socket.write(READY_FOR_QUERY);
  }
}
