/** What a rule of the entity demands of a column. */
export interface Rule {
  /** The rule as an error shows it: `CHECK ("score" BETWEEN 0 AND 1)`, `isEmail of class-validator`. */
  readonly says: string;
  readonly allows: (value: unknown, row: object) => boolean;
}

/** What is known of a value, so that one can be made. All that is known holds. */
export interface Limits {
  /** The only values. */
  values?: readonly unknown[];
  /** The smallest and the largest number, or moment in ms; exclusive where `above` and `below` say so. */
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  divisibleBy?: number;
  minLength?: number;
  maxLength?: number;
  /** Texts that it contains. */
  contains?: readonly string[];
  patterns?: readonly RegExp[];
  /** A form of text that class-validator knows by name, and the name's arguments. */
  format?: { readonly name: string; readonly arguments: readonly unknown[] };
  minItems?: number;
  maxItems?: number;
  /** Whether it is an object or an array, of a column that takes any JSON. */
  json?: 'object' | 'array';
  /** Whether a numeric is held as a number, not as text. */
  asNumber?: boolean;
}

/** All limits at once: the tightest of each. */
export function combined(all: readonly Limits[]): Limits {
  const numbers = (of: (limits: Limits) => number | undefined): number[] => all.flatMap((one) => of(one) ?? []);
  const largest = (of: (limits: Limits) => number | undefined): number | undefined =>
    numbers(of).length > 0 ? Math.max(...numbers(of)) : undefined;
  const smallest = (of: (limits: Limits) => number | undefined): number | undefined =>
    numbers(of).length > 0 ? Math.min(...numbers(of)) : undefined;
  const lists = all.flatMap(({ values }) => (values ? [values] : []));
  return {
    values: lists.length > 0 ? lists[0].filter((value) => lists.every((list) => list.includes(value))) : undefined,
    min: largest(({ min }) => min),
    max: smallest(({ max }) => max),
    above: largest(({ above }) => above),
    below: smallest(({ below }) => below),
    divisibleBy: largest(({ divisibleBy }) => divisibleBy),
    minLength: largest(({ minLength }) => minLength),
    maxLength: smallest(({ maxLength }) => maxLength),
    contains: [...new Set(all.flatMap(({ contains = [] }) => contains))],
    patterns: all.flatMap(({ patterns = [] }) => patterns),
    format: all.find(({ format }) => format)?.format,
    minItems: largest(({ minItems }) => minItems),
    maxItems: smallest(({ maxItems }) => maxItems),
    json: all.find(({ json }) => json)?.json,
    asNumber: all.some(({ asNumber }) => asNumber),
  };
}
