import type { Limits, Rule } from './limits';

/** What a CHECK says about one column. */
export interface Condition extends Rule {
  /** The column's name. */
  readonly column: string;
  readonly limits: Limits;
}

/** The expression, its texts taken out of it: `$0` stands for the first. */
interface Sentence {
  readonly words: string;
  readonly texts: readonly string[];
}

type Reading = Omit<Condition, 'says' | 'allows'> & { readonly allows?: (value: never) => boolean };

/**
 * What the parts of a CHECK, joined by AND, say about single columns: lists, ranges, lengths, patterns, and their like.
 * undefined: something else.
 */
export function conditionsOf(expression: string): (Condition | undefined)[] {
  const { words, texts } = sentence(expression);
  return conjuncts(words).map((part) => {
    const reading = read({ words: part, texts });
    if (!reading) return undefined;
    const { allows = () => true } = reading;
    // SQL: what is not known, since the value is null, is no violation.
    return { ...reading, says: `CHECK (${expression})`, allows: (value) => value === null || allows(value as never) };
  });
}

const TOKEN =
  /E?'((?:[^']|'')*)'|"([^"]+)"|::\s*(?:double precision|character varying|timestamp with(?:out)? time zone|\w+)(?:\s*\(\d+(?:\s*,\s*\d+)?\))?(?:\s*\[\s*\])?|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[<>=!~*|+/-]+|\S/gi;

/** One space between words, no casts, no quotes around names, functions in lower case and close to their brackets. */
export function sentence(expression: string): Sentence {
  const texts: string[] = [];
  const tokens = [...expression.matchAll(TOKEN)].flatMap(([token, text, name]) => {
    if (text !== undefined) {
      const unescaped = /^e/i.test(token) ? text.replaceAll('\\\\', '\\') : text;
      return `$${texts.push(unescaped.replaceAll("''", "'")) - 1}`;
    }
    if (name !== undefined) return name;
    return token.startsWith('::') ? [] : token.toLowerCase();
  });
  const words = tokens
    .join(' ')
    .replace(/\b(?!(?:and|or|in|any|not|array|between|case|when|then|else)\b)([a-z_]\w*) \( /g, '$1( ')
    .replace(/(^|(?:\b(?:between|and|or|when|then|else)|[[(,<>=*+-]) )- (?=[\d.])/g, '$1-');
  return { words: unwrapped(words), texts };
}

/** Without brackets around the whole, or around a single word that is no list. */
function unwrapped(words: string): string {
  const plain = words.replace(/(^| )(?<!\bin )\( (-?[\w.$]+) \)/g, '$1$2');
  if (plain !== words) return unwrapped(plain);
  return words.startsWith('( ') && closing(words) === words.length - 1 ? unwrapped(words.slice(2, -2)) : words;
}

/** Where the bracket ends with which the words begin. */
function closing(words: string): number {
  let depth = 0;
  for (let at = 0; at < words.length; at++) {
    if (words[at] === '(') depth++;
    if (words[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

/** The parts that AND joins, but not the AND of BETWEEN. */
function conjuncts(words: string): string[] {
  const parts: string[][] = [[]];
  let depth = 0;
  let between = false;
  for (const word of words.split(' ')) {
    depth += (word.match(/\(/g)?.length ?? 0) - (word.match(/\)/g)?.length ?? 0);
    if (depth === 0 && word === 'or') return [words];
    if (depth === 0 && word === 'and' && !between) {
      parts.push([]);
      continue;
    }
    if (depth === 0 && word === 'between') between = true;
    else if (depth === 0 && word === 'and') between = false;
    parts.at(-1)!.push(word);
  }
  if (parts.length === 1) return [words];
  return parts.flatMap((part) => conjuncts(unwrapped(part.join(' '))));
}

const FLIPPED: Record<string, string> = {
  '>=': '<=',
  '>': '<',
  '<=': '>=',
  '<': '>',
  '=': '=',
  '<>': '<>',
  '!=': '!=',
};
const NAME = '([a-z_]\\w*)';
const VALUE = '(-?[\\d.]+(?:e[+-]?\\d+)?|\\$\\d+)';
const OPERATOR = '(>=|>|<=|<|=|<>|!=)';
const LENGTH = `(?:length|char_length|character_length)\\( ${NAME} \\)`;
const ITEMS = `(?:cardinality\\( ${NAME} \\)|array_length\\( ${NAME} , 1 \\))`;
const TRIMMED = `(?:b?trim\\( ${NAME} \\)|trim\\( both from ${NAME} \\))`;

type Form = readonly [form: RegExp, read: (texts: readonly string[], ...groups: string[]) => Reading | undefined];

const form = (pattern: string, read: Form[1]): Form => [new RegExp(`^${pattern}$`), read];

const FORMS: readonly Form[] = [
  form(`${NAME} in \\( (.+) \\)`, listed),
  form(`${NAME} = any \\(? ?array \\[ (.+) \\](?: \\))?`, listed),
  form(`${NAME} between ${VALUE} and ${VALUE}`, (texts, column, min, max) =>
    between(column, value(min, texts), value(max, texts)),
  ),
  form(`${NAME} ${OPERATOR} ${VALUE}`, (texts, column, operator, one) => compared(column, operator, value(one, texts))),
  form(`${VALUE} ${OPERATOR} ${NAME}`, (texts, one, operator, column) =>
    compared(column, FLIPPED[operator], value(one, texts)),
  ),
  form(`${LENGTH} between ${VALUE} and ${VALUE}`, (_, column, min, max) =>
    sized(column, 'Length', Number(min), Number(max)),
  ),
  form(`${LENGTH} ${OPERATOR} ${VALUE}`, (_, column, operator, size) =>
    sized(column, 'Length', ...range(operator, Number(size))),
  ),
  form(`${ITEMS} between ${VALUE} and ${VALUE}`, (_, a, b, min, max) =>
    sized(a ?? b, 'Items', Number(min), Number(max)),
  ),
  form(`${ITEMS} ${OPERATOR} ${VALUE}`, (_, a, b, operator, size) =>
    sized(a ?? b, 'Items', ...range(operator, Number(size))),
  ),
  form(`${NAME} (!?~\\*?) ${VALUE}`, (texts, column, operator, text) =>
    matched(column, operator, String(value(text, texts))),
  ),
  form(`position\\( ${VALUE} in ${NAME} \\) > 0`, (texts, text, column) =>
    containing(column, String(value(text, texts))),
  ),
  form(`strpos\\( ${NAME} , ${VALUE} \\) > 0`, (texts, column, text) => containing(column, String(value(text, texts)))),
  form(`${TRIMMED} (?:<>|!=) \\$\\d+`, (_, a, b) => matched(a ?? b, '~', '\\S')),
  form(`(?:length|char_length)\\( ${TRIMMED} \\) (?:> 0|>= 1)`, (_, a, b) => matched(a ?? b, '~', '\\S')),
  form(`${NAME} = (lower|upper)\\( (?:b?trim\\( )?${NAME} (?:\\) )?\\)`, (_, column, letters, same) =>
    column === same ? cased(column, letters) : undefined,
  ),
  form(`(lower|upper)\\( ${NAME} \\) = ${NAME}`, (_, letters, column, same) =>
    column === same ? cased(column, letters) : undefined,
  ),
];

function read({ words, texts }: Sentence): Reading | undefined {
  const [, optional, rest] = /^([a-z_]\w*) is null or (.+)$/.exec(words) ?? [];
  if (optional) {
    const reading = read({ words: unwrapped(rest), texts });
    return reading?.column === optional ? reading : undefined;
  }
  for (const [pattern, reader] of FORMS) {
    const [found, ...groups] = pattern.exec(words) ?? [];
    if (found !== undefined) return reader(texts, ...groups);
  }
  return undefined;
}

function value(word: string, texts: readonly string[]): string | number {
  return word.startsWith('$') ? texts[Number(word.slice(1))] : Number(word);
}

function listed(texts: readonly string[], column: string, list: string): Reading | undefined {
  const words = list.split(' , ');
  if (!words.every((word) => /^(?:-?[\d.]+|\$\d+)$/.test(word))) return undefined;
  const values = words.map((word) => value(word, texts));
  return {
    column,
    limits: { values },
    allows: (one: unknown) => values.some((other) => other === one || String(other) === String(one)),
  };
}

/** A number, or the moment in ms that a value names; NaN where it names none. */
export function measure(one: unknown): number {
  if (typeof one !== 'string') return Number(one);
  return /^\d{4}-\d\d-\d\d/.test(one) ? Date.parse(one) : one.trim() === '' ? NaN : Number(one);
}

function between(column: string, min: string | number, max: string | number): Reading {
  const [least, most] = [measure(min), measure(max)];
  return {
    column,
    limits: { min: least, max: most },
    allows: (one: unknown) => measure(one) >= least && measure(one) <= most,
  };
}

function compared(column: string, operator: string, limit: string | number): Reading {
  const most = measure(limit);
  switch (operator) {
    case '>=':
      return { column, limits: { min: most }, allows: (one: unknown) => measure(one) >= most };
    case '>':
      return { column, limits: { above: most }, allows: (one: unknown) => measure(one) > most };
    case '<=':
      return { column, limits: { max: most }, allows: (one: unknown) => measure(one) <= most };
    case '<':
      return { column, limits: { below: most }, allows: (one: unknown) => measure(one) < most };
    case '=':
      return { column, limits: { values: [limit] }, allows: (one: unknown) => String(one) === String(limit) };
    default:
      return {
        column,
        limits: limit === '' ? { minLength: 1 } : {},
        allows: (one: unknown) => String(one) !== String(limit),
      };
  }
}

/** The least and the largest whole number that a comparison allows. */
function range(operator: string, size: number): [min: number, max: number] {
  if (operator === '>=') return [size, Infinity];
  if (operator === '>') return [size + 1, Infinity];
  if (operator === '<=') return [0, size];
  if (operator === '<') return [0, size - 1];
  return operator === '=' ? [size, size] : [0, Infinity];
}

function sized(column: string, what: 'Length' | 'Items', min: number, max: number): Reading {
  const limits = what === 'Length' ? { minLength: min, maxLength: max } : { minItems: min, maxItems: max };
  const sizeOf = (one: string | readonly unknown[]): number => (typeof one === 'string' ? [...one].length : one.length);
  return { column, limits, allows: (one: string | readonly unknown[]) => sizeOf(one) >= min && sizeOf(one) <= max };
}

function containing(column: string, text: string): Reading {
  return { column, limits: { contains: [text] }, allows: (one: string) => one.includes(text) };
}

function cased(column: string, letters: string): Reading {
  const limits = { patterns: [letters === 'lower' ? /^[^A-Z]*$/ : /^[^a-z]*$/] };
  return {
    column,
    limits,
    allows: (one: string) => one === (letters === 'lower' ? one.toLowerCase() : one.toUpperCase()),
  };
}

const POSIX: Record<string, string> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
  word: '\\w',
};

/** PostgreSQL's regular expressions are understood where JavaScript reads them alike. */
function matched(column: string, operator: string, source: string): Reading | undefined {
  if (/\\[mMyYAZ]|^\*\*\*|^\(\?[a-z]+\)/.test(source)) return undefined;
  const written = source.replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole);
  let pattern: RegExp;
  try {
    pattern = new RegExp(written, operator.endsWith('*') ? 'is' : 's');
  } catch {
    return undefined;
  }
  if (operator.startsWith('!')) return { column, limits: {}, allows: (one: string) => !pattern.test(one) };
  return { column, limits: { patterns: [pattern] }, allows: (one: string) => pattern.test(one) };
}
