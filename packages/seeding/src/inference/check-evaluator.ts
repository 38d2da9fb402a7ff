import { measure, sentence } from './column-conditions';

/** What an expression of SQL gives for a row: null is what SQL does not know; undefined, what depends on values that are still to come. */
type Term = (row: Row) => Value;
type Value = string | number | boolean | Date | null | undefined;

/** The values of a row by the names of its columns, those of a numeric as text; undefined: it is still to come. */
export type Row = (column: string) => unknown;

/** A CHECK as it can be asked of a row before PostgreSQL sees it. */
export interface CheckEvaluator {
  /** The names in it, each once. */
  readonly columns: readonly string[];
  /** The texts in it. */
  readonly texts: readonly string[];
  /** False: PostgreSQL will refuse the row, whatever is still to come. */
  readonly holds: (row: Row) => boolean;
  /** By how much one side of each comparison is the larger for a row: at 0 the truth may change. NaN: they are no numbers. */
  readonly differences: readonly ((row: Row) => number)[];
}

/**
 * Reads what a CHECK says of a whole row: comparisons, sums, lists, IS NULL and CASE, joined by AND, OR and NOT.
 *
 * @returns undefined where it says anything else: PostgreSQL will judge it
 */
export function checkEvaluatorOf(expression: string): CheckEvaluator | undefined {
  const { words, texts } = sentence(expression);
  try {
    const parser = new Parser(words.split(' '), texts);
    const term = parser.whole();
    const { columns, differences } = parser;
    return { columns: [...columns], texts, holds: (row) => term(row) !== false, differences };
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

const COMPARISONS: Record<string, (difference: number) => boolean> = {
  '=': (difference) => difference === 0,
  '<>': (difference) => difference !== 0,
  '!=': (difference) => difference !== 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

const KEYWORDS = /^(?:and|or|not|is|in|between|case|when|then|else|end|any|array|like|ilike|similar)$/;

/** Recursive descent, a method for each precedence of SQL's operators, the loosest first. */
class Parser {
  readonly columns = new Set<string>();
  readonly differences: ((row: Row) => number)[] = [];
  private at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly texts: readonly string[],
  ) {}

  whole(): Term {
    const term = this.or();
    if (this.at < this.words.length) throw new NotUnderstood();
    return term;
  }

  private or(): Term {
    const terms = this.joined('or', () => this.and());
    return (row) => any(terms, row, true);
  }

  private and(): Term {
    const terms = this.joined('and', () => this.not());
    return (row) => any(terms, row, false);
  }

  private joined(word: string, next: () => Term): Term[] {
    const terms = [next()];
    while (this.takes(word)) terms.push(next());
    return terms;
  }

  private not(): Term {
    return this.takes('not') ? negated(this.not()) : this.comparison();
  }

  private comparison(): Term {
    const left = this.sum();
    const compare = COMPARISONS[this.words[this.at]];
    if (compare) {
      this.at++;
      return this.compared(left, compare, this.sum());
    }
    if (this.takes('is')) {
      const isNot = this.takes('not');
      this.expect('null');
      return (row) => {
        const value = left(row);
        return value === undefined ? undefined : (value === null) !== isNot;
      };
    }
    const isNot = this.takes('not');
    const found = this.range(left);
    if (!found && isNot) throw new NotUnderstood();
    return found ? (isNot ? negated(found) : found) : left;
  }

  private range(left: Term): Term | undefined {
    if (this.takes('between')) {
      const least = this.compared(left, COMPARISONS['>='], this.sum());
      this.expect('and');
      const most = this.compared(left, COMPARISONS['<='], this.sum());
      return (row) => any([least, most], row, false);
    }
    if (!this.takes('in')) return undefined;
    this.expect('(');
    const items = this.joined(',', () => this.sum()).map((item) => this.compared(left, COMPARISONS['='], item));
    this.expect(')');
    return (row) => any(items, row, true);
  }

  private compared(left: Term, compare: (difference: number) => boolean, right: Term): Term {
    this.differences.push(difference(left, right));
    return compared(left, compare, right);
  }

  private sum(): Term {
    let sum = this.product();
    for (;;) {
      if (this.takes('+')) sum = calculated(sum, this.product(), (a, b) => a + b);
      else if (this.takes('-')) sum = calculated(sum, this.product(), (a, b) => a - b);
      else return sum;
    }
  }

  private product(): Term {
    let product = this.atom();
    while (this.takes('*')) product = calculated(product, this.atom(), (a, b) => a * b);
    return product;
  }

  private atom(): Term {
    const word = this.words[this.at++] ?? '';
    if (word === '(' || word === 'abs(') {
      const inner = this.or();
      this.expect(')');
      if (word === '(') return inner;
      this.differences.push(difference(inner, () => 0));
      return calculated(inner, inner, Math.abs);
    }
    if (word === 'case') return this.cases();
    if (word === 'null') return () => null;
    if (word === 'true' || word === 'false') return () => word === 'true';
    if (/^-?\d+$/.test(word)) return () => Number(word);
    if (/^-?[\d.]+(?:e[+-]?\d+)?$/.test(word)) return () => word;
    if (/^\$\d+$/.test(word)) return () => this.texts[Number(word.slice(1))];
    if (!/^[a-z_]\w*$/i.test(word) || KEYWORDS.test(word)) throw new NotUnderstood();
    this.columns.add(word);
    return (row) => row(word) as Value;
  }

  private cases(): Term {
    const branches: [condition: Term, result: Term][] = [];
    const subject = this.words[this.at] === 'when' ? undefined : this.or();
    while (this.takes('when')) {
      const value = this.or();
      const condition = subject ? this.compared(subject, COMPARISONS['='], value) : value;
      this.expect('then');
      branches.push([condition, this.or()]);
    }
    const otherwise = this.takes('else') ? this.or() : () => null;
    this.expect('end');
    if (branches.length === 0) throw new NotUnderstood();
    return (row) => {
      for (const [condition, result] of branches) {
        const value = condition(row);
        if (value === undefined) return undefined;
        if (value === true) return result(row);
      }
      return otherwise(row);
    };
  }

  private takes(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }

  private expect(word: string): void {
    if (!this.takes(word)) throw new NotUnderstood();
  }
}

/** OR of terms where `decisive` is true, AND where it is false: one that is decisive decides, else what is to come or not known. */
function any(terms: readonly Term[], row: Row, decisive: boolean): Value {
  if (terms.length === 1) return terms[0](row);
  const values = terms.map((term) => term(row));
  if (values.includes(decisive)) return decisive;
  if (values.includes(undefined)) return undefined;
  return values.includes(null) ? null : !decisive;
}

function negated(term: Term): Term {
  return (row) => {
    const value = term(row);
    return isKnown(value) ? !value : value;
  };
}

function calculated(left: Term, right: Term, calculate: (a: number, b: number) => number): Term {
  return (row) => {
    const [a, b] = [left(row), right(row)];
    if (!isKnown(a) || !isKnown(b)) return unknown(a, b);
    const result = calculate(Number(a), Number(b));
    if (Number.isNaN(result)) return null;
    // A numeric, which is text here, has no binary fractions: 0.1 + 0.2 is 0.3. It has as soon as another number has.
    const isNumeric = (typeof a === 'string' && !isFraction(b)) || (typeof b === 'string' && !isFraction(a));
    return isNumeric ? result.toPrecision(15) : result;
  };
}

function isFraction(value: Value): boolean {
  return typeof value === 'number' && !Number.isInteger(value);
}

function difference(left: Term, right: Term): (row: Row) => number {
  return (row) => {
    const [a, b] = [left(row), right(row)];
    return isKnown(a) && isKnown(b) ? measure(a) - measure(b) : NaN;
  };
}

function compared(left: Term, compare: (difference: number) => boolean, right: Term): Term {
  return (row) => {
    const [a, b] = [left(row), right(row)];
    if (!isKnown(a) || !isKnown(b)) return unknown(a, b);
    if (a === b) return compare(0);
    const difference = measure(a) - measure(b);
    // Of two texts that differ, only the database's collation knows which is the first.
    if (Number.isNaN(difference)) return compare(1) === compare(-1) ? compare(1) : null;
    return compare(difference);
  };
}

function isKnown<V extends Value>(value: V): value is NonNullable<V> {
  return value !== null && value !== undefined;
}

/** What comes of two values of which one is not known. */
function unknown(a: Value, b: Value): null | undefined {
  return a === null || b === null ? null : undefined;
}
