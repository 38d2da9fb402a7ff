import type { Catalog, Column, EnumType } from '../catalog/catalog';
import { common, missing, named } from '../catalog/compare';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { hazards } from './hazards';
import { quoteIdentifier, quoteLiteral } from '../sql';
import { commentOn } from './statements';

export function enumTypeChanges(from: Catalog, to: Catalog): ChangeStep[] {
  return [
    ...missing(to.enumTypes, from.enumTypes).map((type): ChangeStep => ({
      step: 'create type',
      summary: `new type ${type.name}`,
      statements: [
        createEnumType(type),
        ...(type.comment === null ? [] : [commentOn(`TYPE ${quoteIdentifier(type.name)}`, type.comment)]),
      ],
    })),
    ...missing(from.enumTypes, to.enumTypes).map(({ name }): ChangeStep => ({
      step: 'drop type',
      summary: `type ${name} is dropped`,
      statements: [`DROP TYPE ${quoteIdentifier(name)}`],
      hazard: hazards.droppedType(),
    })),
    ...common(from.enumTypes, to.enumTypes).flatMap(([before, after]) => [
      ...(isRemade(before, after, to) ? remake(before, after, from, to) : addedValues(before, after)),
      ...commentChanges(`TYPE ${quoteIdentifier(after.name)}`, undefined, before, after),
    ]),
  ];
}

function createEnumType({ name, values }: EnumType): string {
  return `CREATE TYPE ${quoteIdentifier(name)} AS ENUM (${values.map(quoteLiteral).join(', ')})`;
}

/**
 * Enumeration types that PostgreSQL can't just add values to: those that lose a value or change the order of values, and
 * those with a new value that the schema uses, which it can't in the same transaction.
 */
export function remadeTypes(from: Catalog, to: Catalog): EnumType[] {
  return common(from.enumTypes, to.enumTypes)
    .filter(([before, after]) => isRemade(before, after, to))
    .map(([before]) => before);
}

function isRemade(before: EnumType, after: EnumType, to: Catalog): boolean {
  const kept = after.values.filter((value) => before.values.includes(value));
  const added = after.values.filter((value) => !before.values.includes(value));
  const used = (value: string): boolean =>
    JSON.stringify(to.tables).includes(
      JSON.stringify(`${quoteLiteral(value)}::${quoteIdentifier(after.name)}`).slice(1, -1),
    );
  return kept.join('\n') !== before.values.join('\n') || added.some(used);
}

/** Whether a column is of an enumeration type, or of arrays of it. */
export function isOfType({ type }: Column, { name }: EnumType): boolean {
  return type === quoteIdentifier(name) || type === `${quoteIdentifier(name)}[]`;
}

function addedValues(before: EnumType, after: EnumType): ChangeStep[] {
  return after.values
    .filter((value) => !before.values.includes(value))
    .map((value) => {
      const next = after.values.slice(after.values.indexOf(value)).find((other) => before.values.includes(other));
      const place = next === undefined ? '' : ` BEFORE ${quoteLiteral(next)}`;
      return {
        step: 'create type',
        summary: `type ${after.name}: new value ${quoteLiteral(value)}`,
        statements: [`ALTER TYPE ${quoteIdentifier(after.name)} ADD VALUE ${quoteLiteral(value)}${place}`],
      };
    });
}

/** Puts a new type in the old one's place; the columns' values go over by their names. */
function remake(before: EnumType, after: EnumType, from: Catalog, to: Catalog): ChangeStep[] {
  const name = quoteIdentifier(after.name);
  const former = quoteIdentifier(`${after.name}_former`);
  const lost = before.values.filter((value) => !after.values.includes(value));
  const hazard = lost.length ? hazards.lostValues(lost.map(quoteLiteral), 'migration') : hazards.rewrittenByEnumType();
  const columns = to.tables.flatMap((table) =>
    table.columns
      .filter((column) => isOfType(column, after))
      .filter((column) => named(named(from.tables, table.name)?.columns ?? [], column.name)?.type === column.type)
      .map((column) => ({ table, column })),
  );
  return [
    {
      step: 'change column',
      summary: `type ${after.name} becomes (${after.values.map(quoteLiteral).join(', ')})`,
      statements: [
        `ALTER TYPE ${name} RENAME TO ${former}`,
        createEnumType(after),
        ...columns.flatMap(({ table, column }) => {
          const alter = `ALTER TABLE ${quoteIdentifier(table.name)} ALTER COLUMN ${quoteIdentifier(column.name)}`;
          const via = column.type.endsWith('[]') ? 'text[]' : 'text';
          return [
            `${alter} DROP DEFAULT`,
            `${alter} TYPE ${column.type} USING ${quoteIdentifier(column.name)}::${via}::${column.type}`,
            ...(column.default === null ? [] : [`${alter} SET DEFAULT ${column.default}`]),
          ];
        }),
        ...(after.comment === null ? [] : [commentOn(`TYPE ${name}`, after.comment)]),
      ],
      hazard,
    },
    { step: 'drop type', summary: `type ${after.name} as it was is dropped`, statements: [`DROP TYPE ${former}`] },
  ];
}
