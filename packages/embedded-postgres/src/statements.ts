import { message, SYNC, typeOf } from './wire';

/** The number of the last named statement of all clients. */
let named = 0;

/**
 * The prepared statements of one client. Drivers use the same names (`S_1`), and all clients share one session, so each
 * statement gets a unique name there.
 */
export class PreparedStatements {
  /** The Parse message of the unnamed statement. */
  private unnamed?: Buffer;
  private readonly names = new Map<string, string>();

  /** What to send before a message if another client has had the session: the unnamed statement, which all clients share. */
  preamble(next: Buffer): Buffer | undefined {
    const type = typeOf(next);
    const isReplaced = type === 'Q' || (type === 'P' && next[5] === 0);
    return this.unnamed && !isReplaced ? Buffer.concat([this.unnamed, SYNC]) : undefined;
  }

  /** The message with the statement's name in the session. */
  translate(original: Buffer): Buffer {
    const type = typeOf(original);
    if (type === 'Q') this.unnamed = undefined; // As in PostgreSQL.
    const at = nameAt(original, type);
    if (at === undefined) return original;
    const end = original.indexOf(0, at);
    const name = original.toString('utf8', at, end);
    if (name === '') {
      if (type === 'P') this.unnamed = original;
      return original;
    }
    return message(type, original.subarray(5, at), this.nameOf(name), original.subarray(end + 1));
  }

  /** Messages that drop them all. */
  close(): Buffer[] {
    return [...this.names.values()].map((name) => message('C', Buffer.from('S'), name));
  }

  private nameOf(name: string): string {
    const known = this.names.get(name) ?? `statement_${++named}`;
    this.names.set(name, known);
    return known;
  }
}

/** The position of a statement's name in a message; undefined: it has none. */
function nameAt(original: Buffer, type: string): number | undefined {
  switch (type) {
    case 'P':
      return 5;
    case 'B': // After the portal's name.
      return original.indexOf(0, 5) + 1;
    case 'D':
    case 'C': // Of a statement (S) or a portal (P).
      return original[5] === 'S'.charCodeAt(0) ? 6 : undefined;
    default:
      return undefined;
  }
}
