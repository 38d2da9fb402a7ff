import { inspect } from 'node:util';

/** An error that the user can fix. Its message is one line with cause and remedy. */
export class UserError extends Error {
  /** The exit code of a command that ends with this error. */
  readonly exitCode: number = 1;

  /** Printed as its message, without a stack. */
  [inspect.custom](): string {
    return this.message;
  }
}
