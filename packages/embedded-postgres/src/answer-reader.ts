const HEAD = 5;

/** Parses PostgreSQL's responses, in pieces of any size, and notes the few messages that matter. */
export class AnswerReader {
  /** The status in the last ReadyForQuery: I (idle), T (in a transaction), E (in a failed one); undefined: more messages followed. */
  status: string | undefined;
  /** Whether a command changed settings. The code that reads it resets it. */
  settingsTouched = false;

  private readonly head = Buffer.alloc(HEAD);
  private headSize = 0;
  private bodyLeft = 0;
  private body = '';

  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.headSize < HEAD) {
        this.head[this.headSize++] = bytes[at++];
        if (this.headSize === HEAD) this.begin();
      } else {
        const part = bytes.subarray(at, at + this.bodyLeft);
        if (this.type === 'C' || this.type === 'Z') this.body += part.toString('latin1');
        at += part.length;
        this.bodyLeft -= part.length;
      }
      if (this.headSize === HEAD && this.bodyLeft === 0) this.end();
    }
  }

  private get type(): string {
    return String.fromCharCode(this.head[0]);
  }

  private begin(): void {
    this.bodyLeft = this.head.readInt32BE(1) - 4;
    this.body = '';
    this.status = undefined;
  }

  private end(): void {
    this.headSize = 0;
    if (this.type === 'Z') this.status = this.body;
    if (this.type === 'C' && /^(SET|RESET|DISCARD ALL)\0/.test(this.body)) this.settingsTouched = true;
  }
}
