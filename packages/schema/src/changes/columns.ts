import type { ChangeStep } from './change';
import type { Column, Sequence, Table } from '../catalog/catalog';
import { commentChanges } from './comments';
import { type Hazard, hazards } from './hazards';
import { common, missing, named } from '../catalog/compare';
import { quoteIdentifier } from '../sql';
import { columnDefinition, defaultExpression } from './statements';
import { conversion, hazardOfTypeChange } from './type-changes';

/** The changes of the columns of a table that both schemas have. The order of columns is no difference. */
export function columnChanges(from: Table, to: Table, ownedSequences: readonly Sequence[]): ChangeStep[] {
  const isSerial = serialOf(to, ownedSequences);
  return [
    ...missing(from.columns, to.columns).map((column) => dropColumn(to, column)),
    ...missing(to.columns, from.columns).map((column) => addColumn(to, column, isSerial(column))),
    ...common(from.columns, to.columns).flatMap(([before, after]) => columnChange(to, before, after)),
    ...columnComments(from, to),
  ];
}

/** Whether a column can be written as a serial: its default is the next value of a plain sequence of its own. */
export function serialOf(table: Table, sequences: readonly Sequence[]): (column: Column) => boolean {
  return ({ name, type, default: expression, nullable }) => {
    const sequence = named(sequences, `${table.name}_${name}_seq`);
    const definition = { smallint: 'AS smallint', integer: 'AS integer', bigint: '' }[type];
    return (
      !nullable &&
      sequence?.ownedBy?.table === table.name &&
      sequence.ownedBy.column === name &&
      sequence.definition === definition &&
      expression === `nextval('${quoteIdentifier(sequence.name)}'::regclass)`
    );
  };
}

function dropColumn(table: Table, column: Column): ChangeStep {
  return {
    step: 'drop column',
    summary: `${table.name}: column ${column.name} is dropped`,
    statements: [`ALTER TABLE ${quoteIdentifier(table.name)} DROP COLUMN ${quoteIdentifier(column.name)}`],
    table: table.name,
    // What is computed can be computed again.
    hazard: column.generated ? undefined : hazards.droppedColumn(),
  };
}

function addColumn(table: Table, column: Column, isSerial: boolean): ChangeStep {
  return {
    step: column.generated ? 'add computed column' : 'add column',
    summary: `${table.name}: new column ${column.name} (${column.type})`,
    statements: [`ALTER TABLE ${quoteIdentifier(table.name)} ADD COLUMN ${columnDefinition(column, isSerial)}`],
    table: table.name,
    hazard: hazardOfNewColumn(column),
  };
}

/** Functions that give each row a value of its own. */
const VOLATILE = /\b(gen_random_uuid|uuidv[47]|uuid_generate_v\w+|random|clock_timestamp|timeofday|nextval)\(/;

function hazardOfNewColumn({ nullable, default: expression, identity, generated }: Column): Hazard | undefined {
  if (identity || generated?.stored || VOLATILE.test(expression ?? '')) {
    return hazards.rewrittenByColumn();
  }
  if (nullable || expression !== null || generated) return undefined;
  return hazards.requiredColumn();
}

/** The changes of one column: type, default, identity, nullability. */
function columnChange(table: Table, from: Column, to: Column): ChangeStep[] {
  const alter = `ALTER TABLE ${quoteIdentifier(table.name)} ALTER COLUMN ${quoteIdentifier(to.name)}`;
  const change = (what: string, ...statements: string[]): ChangeStep => ({
    step: 'change column',
    summary: `${table.name}: ${to.name} ${what}`,
    statements: statements.map((statement) => `${alter} ${statement}`),
    table: table.name,
  });
  const changes: ChangeStep[] = [];
  let currentDefault = from.default;

  if (from.generated && !to.generated) changes.push(change('is no longer computed', 'DROP EXPRESSION'));
  if (from.identity && !to.identity) {
    changes.push({ ...change('is no longer numbered', 'DROP IDENTITY'), step: 'drop identity' });
  }
  if (from.type !== to.type || from.collation !== to.collation) {
    const using = conversion(quoteIdentifier(to.name), from.type, to.type);
    const collate = to.collation ? ` COLLATE ${to.collation}` : from.collation ? ' COLLATE "default"' : '';
    const type = `TYPE ${to.type}${collate}${using === null ? '' : ` USING ${using}`}`;
    // A default is written in the old type: it makes way and comes back in the new one.
    const isInTheWay = currentDefault !== null && currentDefault !== to.default;
    if (isInTheWay) currentDefault = null;
    const hazard = hazardOfTypeChange(from.type, to.type);
    const becomes = from.type === to.type ? 'changes its collation' : `becomes ${to.type}`;
    changes.push({ ...change(becomes, ...(isInTheWay ? ['DROP DEFAULT'] : []), type), hazard });
  }
  if (currentDefault !== to.default) {
    changes.push(
      to.default === null
        ? change('has no default any more', 'DROP DEFAULT')
        : change(`is ${defaultExpression(to)} by default`, `SET DEFAULT ${defaultExpression(to)}`),
    );
  }
  if (from.nullable && !to.nullable) changes.push(change('may no longer be null', 'SET NOT NULL'));
  if (!from.nullable && to.nullable) changes.push(change('may be null', 'DROP NOT NULL'));
  if (to.identity && !from.identity) changes.push(startIdentity(table, to, change));
  if (from.identity && to.identity && from.identity !== to.identity) {
    changes.push(change(`is numbered ${to.identity}`, `SET GENERATED ${to.identity.toUpperCase()}`));
  }
  return changes;
}

/** A column that numbers its rows from now on, behind those that are there. */
function startIdentity(
  table: Table,
  column: Column,
  change: (what: string, ...statements: string[]) => ChangeStep,
): ChangeStep {
  const { statements, ...rest } = change(
    'numbers its rows',
    `ADD GENERATED ${column.identity!.toUpperCase()} AS IDENTITY`,
  );
  return { ...rest, statements: [...statements, advanceSequence(table.name, column.name)] };
}

/** Lets the sequence of a column go on behind the values that are there. */
export function advanceSequence(table: string, column: string): string {
  const sequence = `pg_get_serial_sequence('${quoteIdentifier(table).replaceAll("'", "''")}', '${column.replaceAll("'", "''")}')`;
  return `SELECT setval(${sequence}, (SELECT coalesce(max(${quoteIdentifier(column)}), 0) + 1 FROM ${quoteIdentifier(table)}), false)`;
}

function columnComments(from: Table, to: Table): ChangeStep[] {
  return to.columns.flatMap((column) =>
    commentChanges(columnOn(to, column), to.name, named(from.columns, column.name), column),
  );
}

export function columnOn(table: Table, { name }: Column): string {
  return `COLUMN ${quoteIdentifier(table.name)}.${quoteIdentifier(name)}`;
}
