import type { Constraint, Table } from '../catalog/catalog';

/** A Mermaid diagram of tables with all their columns, and of the tables that their foreign keys lead to. */
export function diagramOf(tables: readonly Table[]): string {
  return erDiagram([...tables.map(box), ...tables.flatMap(relationships)]);
}

/** A Mermaid diagram of tables by name alone. */
export function overviewOf(tables: readonly Table[]): string {
  return erDiagram([...tables.map(({ name }) => `  ${name}`), ...tables.flatMap(relationships)]);
}

function erDiagram(lines: string[]): string {
  return ['```mermaid', 'erDiagram', ...lines, '```'].join('\n');
}

function box(table: Table): string {
  const columns = table.columns.map(({ name, type }) => `    ${word(type)} ${name}${keysOf(table, name)}`);
  return [`  ${table.name} {`, ...columns, '  }'].join('\n');
}

/** A type as the one word that Mermaid takes: 'numeric(12,6)' is numeric. */
function word(type: string): string {
  return type.replace(/\(.*\)|"/g, '').replaceAll(' ', '_');
}

/** What a column is a key of: ' PK, FK'. Of a unique constraint it has to be the only column. */
function keysOf({ constraints }: Table, column: string): string {
  const ofColumn = constraints.filter(({ columns }) => columns.includes(column));
  const marks = [
    ofColumn.some(({ kind }) => kind === 'primary key') && 'PK',
    ofColumn.some(({ kind, columns }) => kind === 'unique' && columns.length === 1) && 'UK',
    ofColumn.some(({ kind }) => kind === 'foreign key') && 'FK',
  ].filter(Boolean);
  return marks.length > 0 ? ` ${marks.join(', ')}` : '';
}

/** A line for each foreign key: many or at most one row here, to one or at most one row there. */
function relationships(table: Table): string[] {
  return table.constraints
    .filter(({ kind }) => kind === 'foreign key')
    .map((key) => {
      const optional = table.columns.some(({ name, nullable }) => nullable && key.columns.includes(name));
      const ends = `${optional ? '|o' : '||'}--${isUnique(table, key) ? 'o|' : 'o{'}`;
      return `  ${key.references!.table} ${ends} ${table.name} : "${key.columns.join(', ')}"`;
    });
}

/** Whether at most one row has the same key. */
function isUnique(table: Table, { columns }: Constraint): boolean {
  return table.constraints.some(
    ({ kind, columns: unique }) =>
      (kind === 'unique' || kind === 'primary key') && unique.every((column) => columns.includes(column)),
  );
}
