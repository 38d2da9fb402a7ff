import type { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { ConflictError, type DomainError, InvalidInputError } from './domain-errors';

/** An append-only row, or one whose retention period has not ended. */
export class HistoryIsImmutableError extends ConflictError {}

type Meaning = (options: ErrorOptions) => DomainError;

/** Makes an error of this class, with this message. */
export function means(type: new (message: string, options: ErrorOptions) => DomainError, message: string): Meaning {
  return (options) => new type(message, options);
}

const declared = new Map<string, { domain: string; meaning: Meaning }>();

/**
 * Maps a domain's constraints and triggers, by name, to errors. Other constraints get a general error. Call it once, in the
 * domain's `violations.ts`, and import that file in the domain's module.
 *
 * @throws Error if a constraint is already declared
 */
export function declareViolations(domain: string, meanings: Readonly<Record<string, Meaning>>): void {
  for (const [constraint, meaning] of Object.entries(meanings)) {
    const other = declared.get(constraint);
    if (other)
      throw new Error(`${other.domain} and ${domain} both declare the violation of ${constraint}: remove one.`);
    declared.set(constraint, { domain, meaning });
  }
}

/** The names of the constraints and triggers that are declared. */
export function declaredConstraints(): string[] {
  return [...declared.keys()];
}

declareViolations('all domains', {
  keep_history: means(HistoryIsImmutableError, 'This row is part of a history and cannot be changed.'),
  keep_until_retention: means(HistoryIsImmutableError, 'This row cannot be deleted before its retention period ends.'),
});

/** Errors for violations of undeclared constraints, by SQLSTATE. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  // unique_violation, exclusion_violation
  '23505': means(ConflictError, 'This already exists.'),
  '23P01': means(ConflictError, 'This overlaps with an existing one.'),
  // foreign_key_violation
  '23503': means(ConflictError, 'A referenced row does not exist.'),
  // check_violation, not_null_violation
  '23514': means(InvalidInputError, 'A value violates a rule of its table.'),
  '23502': means(InvalidInputError, 'A required value is missing.'),
  // string_data_right_truncation, numeric_value_out_of_range, invalid_datetime_format, datetime_field_overflow
  '22001': means(InvalidInputError, 'A text is too long.'),
  '22003': means(InvalidInputError, 'A number is too large.'),
  '22007': means(InvalidInputError, 'A date has an invalid format.'),
  '22008': means(InvalidInputError, 'A date does not exist.'),
  // character_not_in_repertoire, untranslatable_character: a NUL in a text, or in one of jsonb
  '22021': means(InvalidInputError, 'A text contains a character that cannot be stored.'),
  '22P05': means(InvalidInputError, 'A text contains a character that cannot be stored.'),
  // invalid_text_representation
  '22P02': means(InvalidInputError, 'A value has an invalid format.'),
  // program_limit_exceeded, statement_too_complex: an index takes keys up to 2704 bytes; JSON may be nested too deeply
  '54000': means(InvalidInputError, 'A value is too long.'),
  '54001': means(InvalidInputError, 'A value is nested too deeply.'),
};

/** The domain error for an error from PostgreSQL; any other error unchanged. */
export function domainErrorOf(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code = '', constraint = '' } = error.driverError as Partial<DatabaseError>;
  return (declared.get(constraint)?.meaning ?? BY_CODE[code])?.({ cause: error }) ?? error;
}

/** For `.catch`: throws `domainErrorOf` the error. */
export function throwDomainError(error: unknown): never {
  throw domainErrorOf(error);
}
