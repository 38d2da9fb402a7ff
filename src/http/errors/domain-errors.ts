import { HttpStatus } from '@nestjs/common';

/**
 * A rule of a domain that a request breaks. Its message is one line, made for whoever sent the request: it holds no SQL and
 * nobody else's data.
 */
export abstract class DomainError extends Error {
  /** How HTTP says it. */
  abstract readonly status: HttpStatus;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What was asked for is not there, or is somebody else's: one can't be told from the other. */
export class NotFoundError extends DomainError {
  readonly status = HttpStatus.NOT_FOUND;

  /** @param kind what it is, as people say it: 'task' */
  constructor(kind: string, id: string, options?: ErrorOptions) {
    super(`There is no ${kind} ${JSON.stringify(id.slice(0, 80))}.`, options);
  }
}

/** What was sent can't be right, whatever the database holds. */
export class InvalidInputError extends DomainError {
  readonly status = HttpStatus.BAD_REQUEST;
}

/** What was sent contradicts what the database holds. */
export class ConflictError extends DomainError {
  readonly status = HttpStatus.CONFLICT;
}
