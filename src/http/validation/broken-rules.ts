import type { ValidationError } from 'class-validator';
import { InvalidInputError } from '../errors/domain-errors';

/** Values that break class-validator's rules. The message has the path, the rule and the kind of each value, never the value. */
export class BrokenRulesError extends InvalidInputError {
  /** @param what what the values are for, in plain words: 'task' */
  constructor(what: string, errors: readonly ValidationError[]) {
    super(`Invalid ${what}: ${errors.flatMap((error) => brokenRules(error)).join('; ')}.`);
  }
}

/** class-validator's message for `@Matches(/\S/)`, and the same in words. */
const NOT_BLANK = ['must match /\\S/ regular expression', 'must not be blank'] as const;

function brokenRules({ property, value, constraints, children = [] }: ValidationError, path = ''): string[] {
  const own = Object.entries(constraints ?? {}).map(([name, rule]) =>
    name === 'whitelistValidation'
      ? `unknown property ${path}${property}`
      : `${path}${rule.replace(...NOT_BLANK)} (got ${kindOf(value)})`,
  );
  return [...own, ...children.flatMap((child) => brokenRules(child, `${path}${property}.`))];
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a date that does not exist' : 'a date';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
