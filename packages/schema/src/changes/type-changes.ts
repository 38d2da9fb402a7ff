import { type Hazard, hazards } from './hazards';

/** What a change of a column's type does to its values. */

interface Type {
  /** Without length and brackets: 'varchar', 'numeric', 'timestamptz'. */
  base: string;
  /** Length, or precision and scale. */
  size: number[];
  array: boolean;
}

const INTEGERS = ['smallint', 'integer', 'bigint'];
const NUMBERS = [...INTEGERS, 'numeric', 'real', 'double precision'];
const STRINGS = ['char', 'varchar', 'text'];
const MOMENTS = ['timestamp', 'timestamptz'];

function parse(type: string): Type {
  const array = type.endsWith('[]');
  const [, base, size] = /^(.*?)(?:\((.*)\))?$/.exec(array ? type.slice(0, -2) : type)!;
  return { base, size: size ? size.split(',').map(Number) : [], array };
}

/** Whether values of both types can be compared, so that a foreign key may connect them. */
export function comparable(first: string, second: string): boolean {
  const [a, b] = [parse(first), parse(second)];
  return (
    a.array === b.array &&
    (a.base === b.base ||
      [NUMBERS, STRINGS, MOMENTS].some((family) => [a, b].every(({ base }) => family.includes(base))))
  );
}

/**
 * The expression that makes a value of the new type out of the column's; null where PostgreSQL knows by itself. It never
 * truncates: a value that does not fit stops the change.
 */
export function conversion(column: string, from: string, to: string): string | null {
  const [before, after] = [parse(from), parse(to)];
  if (!before.array && after.array && before.base === after.base)
    return `CASE WHEN ${column} IS NOT NULL THEN ARRAY[${column}] END`;
  if (before.array && !after.array && before.base === after.base) return `${column}[1]`;
  if (before.array !== after.array) return `${column}::text::${to}`;
  // To a string everything is assigned, and what is too long is refused; a cast would cut it off.
  if (before.base === after.base || STRINGS.includes(after.base)) return null;
  // An assignment would go by the time zone of whoever runs the migration.
  if (MOMENTS.includes(before.base) && MOMENTS.includes(after.base)) return `${column} AT TIME ZONE 'UTC'`;
  if (NUMBERS.includes(before.base) && NUMBERS.includes(after.base)) return null;
  return hasCast(before.base, after.base) ? `${column}::${to}` : `${column}::text::${to}`;
}

/** Whether PostgreSQL has a cast of its own; from a string it reads every type. */
function hasCast(from: string, to: string): boolean {
  const families = [
    ['date', ...MOMENTS],
    ['json', 'jsonb'],
    ['boolean', 'integer'],
    ['uuid', 'bytea'],
  ];
  return STRINGS.includes(from) || families.some((family) => family.includes(from) && family.includes(to));
}

/** The danger in a change of a column's type, where there is one. */
export function hazardOfTypeChange(from: string, to: string): Hazard | undefined {
  const [before, after] = [parse(from), parse(to)];
  const rewrite = hazards.rewrittenTable();
  if (before.array !== after.array) return before.array ? hazards.narrowerType(from, to) : rewrite;
  if (before.base === after.base) {
    if (fits(before, after)) return before.base === 'char' ? rewrite : undefined;
    return hazards.narrowerType(from, to);
  }
  if (STRINGS.includes(before.base) && STRINGS.includes(after.base)) {
    if (after.base === 'char') return hazards.narrowerType(from, to);
    return fits({ ...before, size: before.base === 'text' ? [] : before.size }, after)
      ? undefined
      : hazards.narrowerType(from, to);
  }
  if (STRINGS.includes(after.base)) return after.size.length ? hazards.narrowerType(from, to) : rewrite;
  const rank = NUMBERS.indexOf(after.base) - NUMBERS.indexOf(before.base);
  if (NUMBERS.includes(before.base) && NUMBERS.includes(after.base)) {
    return rank > 0 && INTEGERS.includes(before.base) && !after.size.length && after.base !== 'real'
      ? rewrite
      : hazards.narrowerType(from, to);
  }
  return hazards.convertedType(to);
}

/** Whether every value of one size has room in the other; no size is room for all. */
function fits(before: Type, after: Type): boolean {
  if (!after.size.length) return true;
  if (!before.size.length) return false;
  if (before.base === 'numeric') {
    const [precision, scale = 0] = before.size;
    const [newPrecision, newScale = 0] = after.size;
    return newScale >= scale && newPrecision - newScale >= precision - scale;
  }
  // A vector has one length and no other.
  return ['vector', 'halfvec', 'bit'].includes(before.base) ? false : after.size[0] >= before.size[0];
}
