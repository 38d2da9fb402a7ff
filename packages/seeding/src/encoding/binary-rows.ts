import type { KeyBits } from '../shape/keys';
import { textOf } from './values';

// COPY's binary format: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4. PostgreSQL reads it in
// two thirds of the time that text takes, and a UUID, a number or a moment is written without making a text of it.
// How each type is written stands in the `…_recv` functions of src/backend/utils/adt, and of pgvector.

/** What the rows stand between. */
export const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const TRAILER = Buffer.from([0xff, 0xff]);

/** More than is sent at a time, so that it seldom has to grow. */
const ROOM = 192 * 1024;
/** Shorter texts are sooner written letter by letter than by a call of native code. */
const SHORT_TEXT = 24;
const NULL_LENGTH = -1;
const MAX_UTF8_BYTES = 3;
const UUID_BYTES = 16;

/** Rows in the making, as bytes. */
export class BinaryRows {
  private bytes = Buffer.allocUnsafe(ROOM);
  private end = 0;

  /** How many bytes there are. */
  get length(): number {
    return this.end;
  }

  /** The bytes, and an empty beginning. */
  take(): Uint8Array {
    // A copy with a memory of its own, which a thread can hand over.
    const taken = new Uint8Array(this.bytes.subarray(0, this.end));
    this.end = 0;
    return taken;
  }

  null(): void {
    this.int32(NULL_LENGTH);
  }

  int16(number: number): void {
    const { bytes, end } = this.reserve(2);
    bytes[end] = number >>> 8;
    bytes[end + 1] = number;
    this.end = end + 2;
  }

  int32(number: number): void {
    const { end } = this.reserve(4);
    this.putInt32(number, end);
    this.end = end + 4;
  }

  float32(number: number): void {
    this.end = this.reserve(4).bytes.writeFloatBE(number, this.end);
  }

  float64(number: number): void {
    this.end = this.reserve(8).bytes.writeDoubleBE(number, this.end);
  }

  byte(number: number): void {
    this.reserve(1).bytes[this.end++] = number;
  }

  /** A text's bytes, in UTF-8. Throws where it has a NUL. */
  text(text: string): void {
    this.reserve(MAX_UTF8_BYTES * text.length);
    if (text.length < SHORT_TEXT && this.ascii(text)) return;
    this.end += this.bytes.write(textOf(text), this.end);
  }

  /** Begins a field whose length is known when it ends. @returns where it begins */
  begin(): number {
    const { end } = this.reserve(4);
    this.end = end + 4;
    return end;
  }

  /** Ends the field that begins there. */
  finish(start: number): void {
    this.putInt32(this.end - start - 4, start);
  }

  uuid([a, b, c, d]: KeyBits): void {
    this.int32(UUID_BYTES);
    this.int32(a);
    this.int32(b);
    this.int32(c);
    this.int32(d);
  }

  private putInt32(number: number, at: number): void {
    const { bytes } = this;
    bytes[at] = number >>> 24;
    bytes[at + 1] = number >>> 16;
    bytes[at + 2] = number >>> 8;
    bytes[at + 3] = number;
  }

  /** A text of ASCII's characters; @returns false where it has others, or a NUL, and nothing is written. */
  private ascii(text: string): boolean {
    const { bytes, end } = this;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0 || code > 0x7f) return false;
      bytes[end + at] = code;
    }
    this.end += text.length;
    return true;
  }

  private reserve(length: number): this {
    if (this.end + length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (this.end + length));
      this.bytes.copy(larger, 0, 0, this.end);
      this.bytes = larger;
    }
    return this;
  }
}
