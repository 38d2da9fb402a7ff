import { message, SYNC, typeOf } from './wire';

/** How many statements all clients have named so far: the next one's number. */
let named = 0;

/**
 * The prepared statements of one client. Drivers name theirs alike (`S_1`), and all share one session: there each has a
 * name that no other client's has.
 */
export class PreparedStatements {
  /** The Parse message that made the unnamed statement. */
  private unnamed?: Buffer;
  private readonly names = new Map<string, string>();

  /** What has to come before a message if another client has had the session: the unnamed statement, which all share. */
  preamble(next: Buffer): Buffer | undefined {
    const type = typeOf(next);
    const isReplaced = type === 'Q' || (type === 'P' && next[5] === 0);
    return this.unnamed && !isReplaced ? Buffer.concat([this.unnamed, SYNC]) : undefined;
  }

  /** The message with the name that the statement has in the session. */
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

/** Where a message names a prepared statement; undefined: it does not. */
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
