import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { pool } from '../random/pool';
import { DAY, type List, SECOND } from '../random/random';
import { language } from './automata';
import type { Constraints } from './constraints';
import { FORMATS } from './formats';
import type { Limits } from './limits';

/** The values that a column takes. */
export interface ValueDomain {
  /** Each once, so that row n of a column without duplicates has the n-th. */
  readonly all: List<unknown>;
  /** Those that a column with duplicates draws from. */
  readonly usual: List<unknown>;
}

/** So many values are looked at one by one; of more, */
const FEW = 2000;
/** so many before the rest is trusted. */
const SAMPLES = 80;
const words = pool(500, (faker) => faker.lorem.words(3));
const LAST_MOMENT = Date.UTC(9999, 11, 31);
/** As many digits to the base of 36 as any number of a row has. */
const DIGITS = 11;

/**
 * The values of a column as its type and constraints allow them.
 *
 * @param purpose whether no two rows may have the same
 * @param now the reference date that dates hang off, in ms since 1970
 * @throws Error where the rules can't be met, or not without knowing what they mean
 */
export function valuesOf(
  column: ColumnMetadata,
  { limits, elements, rules }: Constraints,
  purpose: keyof ValueDomain,
  now: number,
): List<unknown> {
  const isAllowed = (value: unknown): boolean => rules.every(({ allows }) => allows(value, {}));
  for (const domain of column.isArray ? arrays(column, limits, elements, now) : candidates(column, limits, now)) {
    const values = domain[purpose];
    if (values.length > FEW) {
      if (samples(values).every(isAllowed)) return values;
    } else {
      const allowed = Array.from(iterate(values)).filter(isAllowed);
      if (allowed.length > 0) return allowed;
    }
  }
  const asked = [...new Set(rules.map(({ says }) => says))].join(', ');
  throw new Error(`no value found that satisfies ${asked || 'its rules'}; declare the column in a factory`);
}

function* iterate<T>(list: List<T>): Generator<T> {
  for (let index = 0; index < list.length; index++) yield list.at(index)!;
}

/** Some from the beginning, some from all over, the last. */
function samples(list: List<unknown>): unknown[] {
  const step = Math.max(1, Math.floor(list.length / SAMPLES));
  const indexes = Array.from({ length: SAMPLES / 2 }, (_, k) => [k, k * step * 2]).flat();
  return [...indexes, list.length - 1].filter((index) => index < list.length).map((index) => list.at(index));
}

/** What the column may hold, the most readable first. */
function* candidates(column: ColumnMetadata, limits: Limits, now: number): Generator<ValueDomain> {
  if (limits.values) {
    yield { all: limits.values, usual: limits.values };
    return;
  }
  const type = String(column.type);
  const make = BY_TYPE[type];
  if (!make) throw new Error(`values of type ${type} can't be derived; declare the column in a factory`);
  yield* make(limits, column, now);
}

/** What is measured: numbers, and moments in ms since 1970. */
export interface Scale {
  /** The smallest difference between two values; where they are dense, a usual one. */
  readonly step: number;
  readonly isDense?: boolean;
  readonly largest: number;
  /** The value of a column that is nearest to it. */
  readonly write: (measure: number) => unknown;
}

/** How values of a column are measured; undefined: they are not. */
export function scaleOf({ type, precision, scale: digits }: ColumnMetadata, limits: Limits): Scale | undefined {
  const scale = digits ?? 0;
  switch (type) {
    case 'smallint':
      return { step: 1, largest: 2 ** 15 - 1, write: Math.round };
    case 'integer':
    case 'int':
      return { step: 1, largest: 2 ** 31 - 1, write: Math.round };
    case 'real':
      return { step: 0.01, isDense: true, largest: 1e5, write: exact };
    case 'double precision':
      return { step: 0.001, isDense: true, largest: 1e12, write: exact };
    case 'numeric':
    case 'decimal': {
      const step = 10 ** -scale;
      const largest = Math.min(10 ** ((precision ?? 12) - scale), 1e9) - step;
      return { step, largest, write: (number) => (limits.asNumber ? exact(number) : number.toFixed(scale)) };
    }
    case 'date':
      return { step: DAY, largest: LAST_MOMENT, write: (moment) => new Date(moment).toISOString().slice(0, 10) };
    case 'timestamptz':
    case 'timestamp with time zone':
      return { step: SECOND, largest: LAST_MOMENT, write: (moment) => new Date(moment) };
  }
}

type Candidates = (limits: Limits, column: ColumnMetadata, now: number) => Iterable<ValueDomain>;

const BY_TYPE: Partial<Record<string, Candidates>> = {
  text: texts,
  varchar: texts,
  'character varying': texts,
  smallint: numbers,
  integer: numbers,
  int: numbers,
  numeric: numbers,
  decimal: numbers,
  real: numbers,
  'double precision': numbers,
  boolean: () => [same([false, true])],
  uuid: (limits) => formatted({ ...limits, format: limits.format ?? { name: 'isUuid', arguments: [] } }),
  date: moments,
  timestamptz: moments,
  'timestamp with time zone': moments,
  jsonb: json,
};

function same(all: List<unknown>): ValueDomain {
  return { all, usual: all };
}

function list<T>(length: number, at: (index: number) => T): List<T> {
  return { length, at };
}

function first(count: number, values: List<unknown>): List<unknown> {
  return list(Math.min(count, values.length), (index) => values.at(index));
}

/** The whole multiples of a step between the limits: from the smallest on, or from the largest on downwards. */
function* numbers(limits: Limits, column: ColumnMetadata): Generator<ValueDomain> {
  const { step: usualStep, isDense, largest, write } = scaleOf(column, limits)!;
  const { divisibleBy, min, max, above, below } = limits;
  const bounds = [min, above, max, below].filter((bound) => bound !== undefined);
  const least = Math.max(min ?? -largest, above ?? -largest);
  const most = Math.min(max ?? largest, below ?? largest);
  if (bounds.length > 0 && least > most) return;
  const span = most - least;
  const step = divisibleBy ?? (isDense && span > 0 && span < 1000 * usualStep ? span / 1000 : usualStep);
  const isIn = (multiple: number): boolean => {
    const number = multiple * step;
    return number >= least && number <= most && number !== above && number !== below;
  };
  let from = Math.ceil(least / step - 1e-9);
  let to = Math.floor(most / step + 1e-9);
  while (!isIn(from) && from <= to) from++;
  while (!isIn(to) && from <= to) to--;
  if (from > to) return;
  // 0 and what follows, where nothing says more.
  if (min === undefined && above === undefined) from = to >= 0 ? 0 : Math.max(from, to - 1000);
  const all = list(Math.min(to - from + 1, Number.MAX_SAFE_INTEGER), (index) => write(exact((from + index) * step)));
  yield { all, usual: first(Math.max(101, Math.min(1 / step, 1e6) + 1), all) };
}

/** Without what binary fractions add: 0.1 + 0.2 is 0.3. */
function exact(number: number): number {
  return Number(number.toPrecision(15));
}

/** Moments before the reference date, the latest first, in whole steps; those of a year are usual. */
function* moments(limits: Limits, column: ColumnMetadata, now: number): Generator<ValueDomain> {
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = limits;
  const { step, write } = scaleOf(column, limits)!;
  const earliest = Math.ceil(Math.max(min, above + 1) / step) * step;
  const latest = Math.floor(Math.min(max, below - 1) / step) * step;
  // Before the reference date, unless that is too early.
  const last = Math.floor((earliest < now ? now - step : earliest + 365 * DAY) / step) * step;
  const start = Math.min(latest, last);
  const end = Math.max(earliest, start - 30 * 365 * DAY);
  if (end > start) return;
  const all = list(Math.floor((start - end) / step) + 1, (index) => write(start - index * step));
  yield { all, usual: first(Math.ceil((365 * DAY) / step), all) };
}

function* json({ json: kind, minItems = 0 }: Limits): Generator<ValueDomain> {
  const size = Math.max(1, minItems);
  const objects = list(Number.MAX_SAFE_INTEGER, (index) => ({ number: index }));
  const arrays = list(Math.floor(Number.MAX_SAFE_INTEGER / size), (index) =>
    Array.from({ length: size }, (_, k) => index * size + k),
  );
  if (kind !== 'array') yield { all: objects, usual: minItems ? first(10, objects) : [{}] };
  if (kind !== 'object') yield { all: arrays, usual: minItems ? first(10, arrays) : [[]] };
}

/** Arrays of so many elements as there have to be, one where there may be none and no two rows have the same. */
function* arrays(column: ColumnMetadata, limits: Limits, elements: Limits, now: number): Generator<ValueDomain> {
  const { minItems = 0, maxItems = Infinity } = limits;
  const size = Math.max(1, minItems);
  for (const { all, usual } of candidates(column, elements, now)) {
    const from = (source: List<unknown>, length: number): List<unknown[]> =>
      list(Math.floor(source.length / Math.max(1, length)), (index) =>
        Array.from({ length }, (_, k) => source.at(index * length + k)),
      );
    const filled = size > maxItems ? list(0, () => []) : from(all, size);
    yield { all: filled, usual: minItems === 0 ? [[]] : from(usual.length >= size ? usual : all, size) };
  }
}

function* texts(limits: Limits): Generator<ValueDomain> {
  yield* formatted(limits);
  for (const separator of [' ', '-', '_']) yield* phrases(limits, separator);
  const { patterns = [], minLength = 0, maxLength = Infinity } = limits;
  try {
    yield same(language(patterns.length > 0 ? patterns : [/^[a-z0-9]*$/], minLength, maxLength));
  } catch {
    // No automaton says what this pattern says.
  }
}

/** Words, as many as there have to be, with what they have to contain at their end; with a number where none may come twice. */
function* phrases(
  { minLength = 0, maxLength = Infinity, contains = [] }: Limits,
  separator: string,
): Generator<ValueDomain> {
  const ending = contains.map((text) => separator + text).join('');
  const room = maxLength - [...ending].length;
  if (room < 1) return;
  const phrase = (index: number, least: number): string => {
    let text = words.at(index % words.length)!;
    for (let more = 1; text.length < least; more++) text += ` ${words.at((index + more) % words.length)!}`;
    return text.replaceAll(' ', separator);
  };
  const least = minLength - ending.length;
  const cut = (text: string, most: number): string => text.slice(0, most);
  const usual = list(words.length, (index) => cut(phrase(index, least), room) + ending);
  // Where the number and a word don't fit, the number alone, always of the same width.
  const width = room >= 2 * DIGITS + 1 ? 0 : Math.min(room, DIGITS);
  const numbered = (index: number): string => {
    const number = index.toString(36).padStart(width, '0');
    const prefix = cut(phrase(index, least - number.length - 1), room - number.length - 1);
    return (width > 0 ? number.padStart(Math.min(room, minLength), '0') : prefix + separator + number) + ending;
  };
  const length = width > 0 ? Math.min(36 ** width, Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
  yield { all: list(length, numbered), usual };
}

/** Texts of a form that class-validator knows. */
function* formatted(limits: Limits): Generator<ValueDomain> {
  const { format, patterns = [], minLength = 0, maxLength = Infinity } = limits;
  const known = format && FORMATS[format.name];
  const form = typeof known === 'function' ? known(...format!.arguments) : known;
  if (!form) return;
  if (form instanceof RegExp) yield same(language([...patterns, form], minLength, maxLength));
  else yield same(form);
}
