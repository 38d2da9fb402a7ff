import type { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { ConflictError, type DomainError, InvalidInputError } from './domain-errors';

export class DuplicateEmailError extends ConflictError {}

/** What the violation of a constraint means, by its name. A constraint that is not listed says it in general terms. */
const BY_CONSTRAINT: Readonly<Record<string, (options: ErrorOptions) => DomainError>> = {
  idx_users_email: (options) =>
    new DuplicateEmailError('Somebody has this address already: log in, or use another one.', options),
};

/** What a violation means whose constraint is not listed, by its SQLSTATE. */
const BY_CODE: Readonly<Record<string, (options: ErrorOptions) => DomainError>> = {
  // unique_violation, exclusion_violation
  '23505': (options) => new ConflictError('It exists already.', options),
  '23P01': (options) => new ConflictError('It overlaps with one that exists already.', options),
  // foreign_key_violation
  '23503': (options) => new ConflictError('What it refers to does not exist.', options),
  // check_violation, not_null_violation, string_data_right_truncation, numeric_value_out_of_range, invalid_text_representation
  '23514': (options) => new InvalidInputError('A value breaks a rule of its table.', options),
  '23502': (options) => new InvalidInputError('A value is missing.', options),
  '22001': (options) => new InvalidInputError('A text is too long.', options),
  '22003': (options) => new InvalidInputError('A number is too large.', options),
  '22P02': (options) => new InvalidInputError('A value has the wrong form.', options),
};

/** The domain's error for what PostgreSQL refuses; any other error as it is. */
export function domainErrorOf(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code = '', constraint = '' } = error.driverError as Partial<DatabaseError>;
  return (BY_CONSTRAINT[constraint] ?? BY_CODE[code])?.({ cause: error }) ?? error;
}

/** For `.catch`: throws the domain's error for what PostgreSQL refuses. */
export function throwDomainError(error: unknown): never {
  throw domainErrorOf(error);
}
