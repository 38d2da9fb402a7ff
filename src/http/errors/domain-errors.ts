import { HttpStatus } from '@nestjs/common';

/**
 * A request breaks a rule of the domain. The message is one line for the caller: it contains no SQL and no other user's
 * data.
 */
export abstract class DomainError extends Error {
  /** The HTTP status. */
  abstract readonly status: HttpStatus;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The row does not exist, or belongs to another user; callers can't tell which. */
export class NotFoundError extends DomainError {
  readonly status = HttpStatus.NOT_FOUND;

  /** @param kind the kind of row in plain words: 'task' */
  constructor(kind: string, id: string, options?: ErrorOptions) {
    super(`There is no ${kind} ${JSON.stringify(id.slice(0, 80))}.`, options);
  }
}

/** The input is invalid, whatever the database contains. */
export class InvalidInputError extends DomainError {
  readonly status = HttpStatus.BAD_REQUEST;
}

/** The input contradicts what the database contains. */
export class ConflictError extends DomainError {
  readonly status = HttpStatus.CONFLICT;
}
