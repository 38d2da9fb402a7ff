import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata';
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { declarationsOf } from '@entity-backend/schema';
import { checkEvaluatorOf } from './check-evaluator';
import { type Condition, conditionsOf } from './column-conditions';
import { combined, type Limits, type Rule } from './limits';

/** What an entity demands of a column's values, beyond their type. */
export interface Constraints {
  readonly limits: Limits;
  /** What holds for the elements of an array. */
  readonly elements: Limits;
  readonly rules: readonly Rule[];
  /** Whether null is allowed for a row, as far as class-validator goes. */
  readonly allowsNull: (row: object) => boolean;
}

/** What the entity says about a column: its CHECKs as far as they are understood, and class-validator's rules. */
export function constraintsOf(column: ColumnMetadata): Constraints {
  const { entityMetadata: entity, databaseName, propertyName } = column;
  const conditions = conditionsOfEntity(entity).filter((one) => one.column === databaseName);
  const validations = validationsOf(entity).filter((one) => one.propertyName === propertyName);
  const [own, each] = [validations.filter((one) => !one.each), validations.filter((one) => one.each)];
  const declared: Limits = column.enum ? { values: column.enum } : {};
  const length = column.isArray || column.type === 'vector' ? NaN : Number(column.length || NaN);
  return {
    limits: combined([
      declared,
      length > 0 ? { maxLength: length } : {},
      ...conditions.map(({ limits }) => limits),
      ...own.map(limitsOf),
    ]),
    elements: combined(each.map(limitsOf)),
    rules: [
      ...conditions.map(({ says, allows }) => ({ says, allows })),
      ...validations.filter(({ type }) => type === 'customValidation').flatMap((one) => ruleOf(one)),
      ...(length > 0
        ? [{ says: `length ${length}`, allows: (value: unknown) => [...String(value)].length <= length }]
        : []),
    ],
    allowsNull: nullTest(validations),
  };
}

/** Whether a column is null in some rows where nothing else is said of it: neither the column nor class-validator forbids it. */
export function mayBeNull({ entityMetadata, propertyName, isNullable }: ColumnMetadata): boolean {
  const validations = validationsOf(entityMetadata).filter((one) => one.propertyName === propertyName);
  return isNullable && (validations.length === 0 || validations.some(({ type }) => type === 'conditionalValidation'));
}

/** The properties of each unique constraint and unique index that is not the primary key's. */
export function uniqueSetsOf(entity: EntityMetadata): string[][] {
  const constraints = entity.uniques.map(({ columns }) => columns.map(({ propertyName }) => propertyName));
  const indexes = entity.indices
    .filter(({ isUnique }) => isUnique)
    .map(({ columns }) => columns.map(({ propertyName }) => propertyName));
  const declared = typeof entity.target === 'function' ? declarationsOf(entity.target) : [];
  const declaredIndexes = declared.flatMap((one) => {
    if (one.kind !== 'index' || !one.unique) return [];
    const properties = one.keys.flatMap(({ property }) => property ?? []);
    return properties.length === one.keys.length ? [properties] : [];
  });
  const sets = [...constraints, ...indexes, ...declaredIndexes].filter((set) => set.length > 0);
  return sets.filter((set) => !entity.primaryColumns.every(({ propertyName }) => set.includes(propertyName)));
}

/** A CHECK that says more than what holds for each of its columns alone. */
export interface RowCheck {
  readonly name: string;
  readonly properties: readonly string[];
  /** The texts in it. */
  readonly texts: readonly string[];
  readonly holds: (row: Values) => boolean;
  /**
   * The numbers, or moments in ms, at which a property's value may change the truth of it, all others as in the row: those
   * at which two sides that are compared are equal.
   */
  readonly turnsOf: (property: string, row: Values) => number[];
}

type Values = Readonly<Record<string, unknown>>;

const rowChecks = new WeakMap<EntityMetadata, RowCheck[]>();

/** Those CHECKs, as far as they are understood. */
export function checksOfRows(entity: EntityMetadata): RowCheck[] {
  let checks = rowChecks.get(entity);
  if (!checks) {
    checks = entity.checks.flatMap(({ name, expression }) => rowCheck(entity, name, expression));
    rowChecks.set(entity, checks);
  }
  return checks;
}

function rowCheck({ columns }: EntityMetadata, name: string, expression: string): RowCheck[] {
  const evaluator = checkEvaluatorOf(expression);
  const named = new Map(columns.map((column) => [column.databaseName, column]));
  if (!evaluator?.columns.every((column) => named.has(column))) return [];
  if (conditionsOf(expression).every((condition) => condition !== undefined)) return [];
  const valueOf = (row: Values, name: string): unknown => {
    const { propertyName, type } = named.get(name)!;
    const value = row[propertyName];
    return typeof value === 'number' && (type === 'numeric' || type === 'decimal') ? String(value) : value;
  };
  const turnsOf: RowCheck['turnsOf'] = (property, row) =>
    evaluator.differences
      .map((difference) =>
        zeroOf((x) => difference((name) => (named.get(name)!.propertyName === property ? x : valueOf(row, name)))),
      )
      .filter(Number.isFinite);
  return [
    {
      name,
      properties: evaluator.columns.map((column) => named.get(column)!.propertyName),
      texts: evaluator.texts,
      holds: (row) => evaluator.holds((column) => valueOf(row, column)),
      turnsOf,
    },
  ];
}

/** Where a straight line is 0; not finite: nowhere. */
function zeroOf(line: (x: number) => number): number {
  const start = line(0);
  return start / (start - line(1));
}

const conditionsByEntity = new WeakMap<EntityMetadata, Condition[]>();

function conditionsOfEntity(entity: EntityMetadata): Condition[] {
  let conditions = conditionsByEntity.get(entity);
  if (!conditions) {
    conditions = entity.checks.flatMap(({ expression }) => conditionsOf(expression)).filter((one) => one !== undefined);
    conditionsByEntity.set(entity, conditions);
  }
  return conditions;
}

function validationsOf({ target }: EntityMetadata): ValidationMetadata[] {
  if (typeof target !== 'function') return [];
  return getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
}

/** What class-validator's rules say about a value, by their names; a rule of another name is a form of text. */
const LIMITS: Partial<Record<string, (...constraints: never[]) => Limits>> = {
  isIn: (values: unknown[] | object) => ({ values: Object.values(values) }),
  isEnum: (values: object) => ({ values: Object.values(values) }),
  equals: (value: unknown) => ({ values: [value] }),
  min: (min: number) => ({ min }),
  max: (max: number) => ({ max }),
  isPositive: () => ({ above: 0 }),
  isNegative: () => ({ below: 0 }),
  isDivisibleBy: (divisibleBy: number) => ({ divisibleBy }),
  isNumber: () => ({ asNumber: true }),
  isInt: () => ({ asNumber: true }),
  minDate: (moment: Date | (() => Date)) => ({ min: Number(typeof moment === 'function' ? moment() : moment) }),
  maxDate: (moment: Date | (() => Date)) => ({ max: Number(typeof moment === 'function' ? moment() : moment) }),
  isLength: (minLength: number, maxLength?: number) => ({ minLength, maxLength }),
  minLength: (minLength: number) => ({ minLength }),
  maxLength: (maxLength: number) => ({ maxLength }),
  isNotEmpty: () => ({ minLength: 1 }),
  contains: (text: string) => ({ contains: [text] }),
  matches: (pattern: RegExp | string, modifiers?: string) => ({ patterns: [new RegExp(pattern, modifiers)] }),
  isLowercase: () => ({ patterns: [/^[^A-Z]*$/] }),
  isUppercase: () => ({ patterns: [/^[^a-z]*$/] }),
  arrayMinSize: (minItems: number) => ({ minItems }),
  arrayMaxSize: (maxItems: number) => ({ maxItems }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  isArray: () => ({ json: 'array' }),
  isObject: () => ({ json: 'object' }),
  isNotEmptyObject: () => ({ json: 'object', minItems: 1 }),
  isString: () => ({}),
  isBoolean: () => ({}),
  isDate: () => ({}),
  isDefined: () => ({}),
  isNotIn: () => ({}),
  notEquals: () => ({}),
  arrayUnique: () => ({}),
};

function limitsOf({ name, type, constraints = [] }: ValidationMetadata): Limits {
  if (type !== 'customValidation' || !name) return {};
  const known = LIMITS[name];
  return known ? known(...(constraints as never[])) : { format: { name, arguments: constraints } };
}

/** A rule of class-validator, asked as class-validator asks it. One that answers with a promise is left to it. */
function ruleOf(metadata: ValidationMetadata): Rule[] {
  const { name = 'a rule', propertyName, constraints, each, target } = metadata;
  return getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .filter(({ async }) => !async)
    .map(({ instance }) => {
      const targetName = typeof target === 'function' ? target.name : target;
      const allows = (value: unknown, object: object): boolean => {
        const args: ValidationArguments = { targetName, property: propertyName, object, value, constraints };
        const answer = instance.validate(value, args);
        return answer === true || typeof answer !== 'boolean';
      };
      return {
        says: `${name}${constraints?.length ? `(${shown(constraints)})` : ''} of class-validator`,
        allows: each
          ? (value: unknown, row: object) => Array.isArray(value) && value.every((element) => allows(element, row))
          : allows,
      };
    });
}

function shown(constraints: readonly unknown[]): string {
  const text = constraints.map((one) => (one instanceof RegExp ? String(one) : JSON.stringify(one))).join(', ');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Whether null passes class-validator for a row: IsOptional, ValidateIf, or no rule at all. */
function nullTest(validations: readonly ValidationMetadata[]): (row: object) => boolean {
  const conditions = validations.filter(({ type }) => type === 'conditionalValidation');
  if (conditions.length === validations.length) return () => true;
  // class-validator asks the rules only where each condition holds.
  return (row) =>
    !conditions.every(({ constraints }) => (constraints[0] as (object: object, value: unknown) => boolean)(row, null));
}
