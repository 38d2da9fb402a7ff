import type { Catalog, Column, Constraint, Index, Policy, Table } from '../src/catalog/catalog';

/** A catalog of these tables, with nothing beside them. */
export function aCatalog(tables: Table[], others: Partial<Catalog> = {}): Catalog {
  return { extensions: [], roles: [], enumTypes: [], functions: [], sequences: [], tables, views: [], ...others };
}

export function aTable(name: string, parts: Partial<Table> = {}): Table {
  return {
    name,
    comment: null,
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
    rowLevelSecurity: { enabled: false, forced: false },
    policies: [],
    grants: [],
    ...parts,
  };
}

export function aColumn(name: string, type = 'text', parts: Partial<Column> = {}): Column {
  const nothing = { default: null, identity: null, generated: null, collation: null, comment: null, uses: [] };
  return { name, type, nullable: false, ...nothing, ...parts };
}

export function anIndex(name: string, definition: string, unique = false): Index {
  return { name, definition, unique, valid: true, comment: null, uses: [] };
}

export function aForeignKey(columns: string[], table: string, onDelete = ''): Constraint {
  return {
    name: `fk_${columns.join('_')}`,
    kind: 'foreign key',
    definition: `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${table}(id)${onDelete && ` ON DELETE ${onDelete}`}`,
    validated: true,
    columns,
    references: { table, columns: ['id'] },
    comment: null,
    uses: [],
  };
}

export function aUniqueConstraint(columns: string[]): Constraint {
  return {
    name: `uq_${columns.join('_')}`,
    kind: 'unique',
    definition: `UNIQUE (${columns.join(', ')})`,
    validated: true,
    columns,
    references: null,
    comment: null,
    uses: [],
  };
}

/** A policy for the role app_user. */
export function aPolicy(name: string, command: Policy['command'], using: string | null, check: string | null): Policy {
  return { name, command, using, check, permissive: true, roles: ['app_user'], comment: null, uses: [] };
}
