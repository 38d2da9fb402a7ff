/**
 * The messages of PostgreSQL's frontend/backend protocol, as far as a server in front of the one session has to know
 * them. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** PostgreSQL takes no longer message than this. Bytes. */
const LONGEST_MESSAGE = 0x3fffffff;

const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;

/** What a client breaks the protocol with. */
export class ProtocolError extends Error {}

/** Cuts a stream of bytes, in whatever chunks it comes, into whole messages. */
export class MessageReader {
  private chunks: Buffer[] = [];
  /** How many bytes are waiting to be read. */
  size = 0;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
  }

  /** The next whole message with its type and length; undefined: it has not all come yet. */
  next(): Buffer | undefined {
    return this.cut(1);
  }

  /** The same for a client's first message, which has no type. */
  nextUntyped(): Buffer | undefined {
    return this.cut(0);
  }

  private cut(lengthAt: number): Buffer | undefined {
    if (this.size < lengthAt + 4) return undefined;
    const length = lengthAt + this.gather(lengthAt + 4).readInt32BE(lengthAt);
    if (length < lengthAt + 4 || length > LONGEST_MESSAGE) throw new ProtocolError('invalid message length');
    if (this.size < length) return undefined;
    const first = this.gather(length);
    this.size -= length;
    this.chunks[0] = first.subarray(length);
    if (first.length === length) this.chunks.shift();
    return first.subarray(0, length);
  }

  /** The first chunk, made to hold at least so many bytes. */
  private gather(length: number): Buffer {
    if (this.chunks[0].length < length) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0];
  }
}

/** A message's type: one letter. */
export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0]);
}

/** A message of a type; strings get the zero byte that ends them. */
export function message(type: string, ...parts: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Simple query. */
export const query = (sql: string): Buffer => message('Q', sql);
export const SYNC = message('S');
export const AUTHENTICATION_OK = message('R', Buffer.alloc(4));
export const READY_FOR_QUERY = message('Z', Buffer.from('I'));

interface Complaint {
  severity: 'ERROR' | 'FATAL';
  /** The SQLSTATE. */
  code: string;
  message: string;
  hint?: string;
}

export function errorResponse({ severity, code, message: text, hint }: Complaint): Buffer {
  const fields = { S: severity, V: severity, C: code, M: text, H: hint };
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return message('E', ...present.map(([field, value]) => field + value), Buffer.alloc(1));
}

/** A client's first message. */
export type Opening =
  /** It asks for encryption; the answer is N, and another opening follows. */
  | { kind: 'encryption' }
  /** It wants another connection's statement cancelled. */
  | { kind: 'cancel' }
  /** It wants to work: user, database, and settings of the session by name. */
  | { kind: 'startup'; parameters: Record<string, string> };

export function readOpening(packet: Buffer): Opening {
  const code = packet.length < 8 ? 0 : packet.readInt32BE(4);
  if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption' };
  if (code === CANCEL_REQUEST) return { kind: 'cancel' };
  if (code >> 16 !== 3) throw new ProtocolError('unsupported frontend protocol');
  const strings = packet.toString('utf8', 8).split('\0');
  const parameters: Record<string, string> = {};
  for (let i = 0; strings[i]; i += 2) parameters[strings[i]] = strings[i + 1] ?? '';
  return { kind: 'startup', parameters };
}

/** The opening of a client with these parameters (protocol 3.0). */
export function startupMessage(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, body]);
}

/** The ParameterStatus messages (name and value of a setting) among messages of the server. */
export function parameterStatuses(messages: Buffer): Record<string, string> {
  const reader = new MessageReader();
  reader.push(messages);
  const statuses: Record<string, string> = {};
  for (let next = reader.next(); next; next = reader.next()) {
    if (typeOf(next) !== 'S') continue;
    const [name, value] = next.toString('utf8', 5).split('\0');
    statuses[name] = value;
  }
  return statuses;
}
