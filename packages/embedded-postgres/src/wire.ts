/**
 * The messages of PostgreSQL's frontend/backend protocol, as far as a server in front of the one session has to know
 * them. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** The maximum length of a message in PostgreSQL. Bytes. */
const LONGEST_MESSAGE = 0x3fffffff;

const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;

/** A violation of the protocol by a client. */
export class ProtocolError extends Error {}

/** Splits a stream of bytes, in chunks of any size, into complete messages. */
export class MessageReader {
  private chunks: Buffer[] = [];
  /** How many bytes are waiting to be read. */
  size = 0;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
  }

  /** The next complete message, with type and length; undefined: it is not complete yet. */
  next(): Buffer | undefined {
    return this.cut(1);
  }

  /** The same for a client's first message, which has no type byte. */
  nextUntyped(): Buffer | undefined {
    return this.cut(0);
  }

  /** The following complete messages of these types. */
  nextAll(types: string): Buffer[] {
    const found: Buffer[] = [];
    while (this.size > 0 && types.includes(typeOf(this.chunks[0]))) {
      const next = this.next();
      if (!next) break;
      found.push(next);
    }
    return found;
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

  /** The first chunk, extended to at least so many bytes. */
  private gather(length: number): Buffer {
    if (this.chunks[0].length < length) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0];
  }
}

/** A message's type: one letter. */
export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0]);
}

/** A message of a type; strings are terminated by a zero byte. */
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
export const READY_FOR_QUERY = message('Z', Buffer.from('I'));

interface Complaint {
  severity: 'ERROR' | 'FATAL';
  /** The SQLSTATE. */
  code: string;
  message: string;
}

export function errorResponse({ severity, code, message: text }: Complaint): Buffer {
  return message('E', `S${severity}`, `V${severity}`, `C${code}`, `M${text}`, Buffer.alloc(1));
}

/** A client's first message. */
export type Opening =
  /** It requests encryption; the response is N, and another opening follows. */
  | { kind: 'encryption' }
  /** It requests to cancel another connection's statement. */
  | { kind: 'cancel' }
  /** It starts a session. `settings` are its parameters by name. */
  | { kind: 'startup'; user: string; database: string; settings: Record<string, string> };

/** @throws ProtocolError */
export function readOpening(packet: Buffer): Opening {
  const code = packet.length < 8 ? 0 : packet.readInt32BE(4);
  if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption' };
  if (code === CANCEL_REQUEST) return { kind: 'cancel' };
  if (code >> 16 !== 3) throw new ProtocolError('unsupported frontend protocol');
  const strings = packet.toString('utf8', 8).split('\0');
  const parameters: Record<string, string> = {};
  for (let i = 0; strings[i]; i += 2) parameters[strings[i]] = strings[i + 1];
  const { user = '', database = user, options = '', ...others } = parameters;
  const settings = Object.entries(others).filter(([name]) => name !== 'replication' && !name.startsWith('_pq_.'));
  return { kind: 'startup', user, database, settings: { ...readOptions(options), ...Object.fromEntries(settings) } };
}

/** The settings in command-line options: `-c name=value` or `--name=value`; a backslash escapes a space. */
function readOptions(options: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [, name, value] of options.matchAll(/(?:^|\s)(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)*)/g))
    settings[name.replaceAll('-', '_')] = value.replace(/\\(.)/g, '$1');
  return settings;
}

/** The first message of a client with these parameters (protocol 3.0). */
export function startupMessage(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, body]);
}

/** The ParameterStatus messages (name and value of a setting) in a response of the server. */
export function parameterStatuses(answer: Buffer): Record<string, string> {
  const statuses: Record<string, string> = {};
  for (const status of messagesOf(answer, 'S')) {
    const [name, value] = status.toString('utf8', 5).split('\0');
    statuses[name] = value;
  }
  return statuses;
}

/** The first column of each row in a response of the server, without nulls. */
export function firstColumns(answer: Buffer): string[] {
  return messagesOf(answer, 'D')
    .map((row) => row.subarray(11, 11 + Math.max(0, row.readInt32BE(7))))
    .filter((column) => column.length > 0)
    .map((column) => column.toString());
}

function messagesOf(answer: Buffer, type: string): Buffer[] {
  const reader = new MessageReader();
  reader.push(answer);
  const found: Buffer[] = [];
  for (let next = reader.next(); next; next = reader.next()) if (typeOf(next) === type) found.push(next);
  return found;
}
