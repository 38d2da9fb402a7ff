import { inspect } from 'node:util';

/** An error whose message alone is meant for the user: one line that says the cause and the remedy. */
export class UserError extends Error {
  /** Of a command that it ends. */
  readonly exitCode: number = 1;

  /** Printed as its message, without a stack. */
  [inspect.custom](): string {
    return this.message;
  }
}
