import type { Catalog, Constraint, Index, Policy, Table } from '../catalog/catalog';
import { quoteIdentifier } from '../sql';
import type { Finding } from './finding';

/** Something that no table of a schema should do. */
interface CatalogRule {
  name: string;
  /** Whether it is a convention, which a project has to choose, and no danger. */
  convention?: true;
  danger: string;
  safeWay: string;
  /** Where a catalog breaks the rule. */
  places: (catalog: Catalog) => string[];
}

/** What PostgreSQL cuts a longer name to. */
const LONGEST_NAME_BYTES = 63;

const CONSTRAINT_PREFIXES: Record<Constraint['kind'], string> = {
  'primary key': 'pk',
  unique: 'uq',
  check: 'chk',
  'foreign key': 'fk',
  exclude: 'ex',
};

export const CATALOG_RULES: CatalogRule[] = [
  {
    name: 'foreign-key-without-index',
    convention: true,
    danger: 'deleting or changing a row of the other table reads this whole table to find the rows that refer to it.',
    safeWay: '@Index on the entity, with a column of the foreign key first.',
    places: ofTables((table) =>
      table.constraints
        .filter((constraint) => constraint.kind === 'foreign key' && !isIndexed(table, constraint))
        .map(({ name, columns }) => `${table.name} (${columns.join(', ')}): ${name}`),
    ),
  },
  {
    name: 'no-primary-key',
    danger: 'a row can not be told from its copy, changed by its key, or replicated.',
    safeWay: '@PrimaryKey() on the entity.',
    places: ofTables(({ name, constraints }) => (constraints.some(({ kind }) => kind === 'primary key') ? [] : [name])),
  },
  {
    name: 'duplicate-index',
    danger: 'every write pays for both, and no query gains by the second.',
    safeWay: 'keep one of them; a primary key or unique constraint has its index already.',
    places: ofTables(duplicateIndexes),
  },
  {
    name: 'not-valid',
    danger: 'rows from before the constraint may still break it.',
    safeWay: 'VALIDATE CONSTRAINT in a migration of its own: entity-schema generate writes it.',
    places: ofTables(({ name: table, constraints }) =>
      constraints.filter(({ validated }) => !validated).map(({ name }) => `${table}: ${name}`),
    ),
  },
  {
    name: 'invalid-index',
    danger: 'a CREATE INDEX CONCURRENTLY has failed: writes pay for the index, and no query can use it.',
    safeWay: 'DROP INDEX CONCURRENTLY, then create it again.',
    places: ofTables(({ name: table, indexes }) =>
      indexes.filter(({ valid }) => !valid).map(({ name }) => `${table}: ${name}`),
    ),
  },
  {
    name: 'row-level-security-not-forced',
    danger: 'whoever owns the table passes by its policies: a service that logs in as the owner sees every row.',
    safeWay: '@RowLevelSecurity() on the entity: it forces, too.',
    places: ofTables(({ name, rowLevelSecurity: { enabled, forced } }) => (enabled && !forced ? [name] : [])),
  },
  {
    name: 'row-level-security-without-policy',
    danger: 'nobody sees a row, and nothing says so: queries just come back empty.',
    safeWay: '@Policy for each role that has business with the table.',
    places: ofTables(({ name, rowLevelSecurity, policies }) =>
      rowLevelSecurity.enabled && !policies.length ? [name] : [],
    ),
  },
  {
    name: 'policy-without-row-level-security',
    danger: 'the policies have no effect: every row is open to whoever has a grant.',
    safeWay: '@RowLevelSecurity() on the entity.',
    places: ofTables(({ name, rowLevelSecurity, policies }) =>
      policies.length && !rowLevelSecurity.enabled ? [name] : [],
    ),
  },
  {
    name: 'grant-without-row-level-security',
    convention: true,
    danger: "a role that is not the backend's has a right to every row of the table.",
    safeWay: '@RowLevelSecurity() and a @Policy on the entity, or no grant.',
    places: ofTables(({ name, rowLevelSecurity, grants }, catalog) =>
      rowLevelSecurity.enabled
        ? []
        : grants
            .filter(({ role }) => !isBackend(catalog, role))
            .map(({ role, privilege }) => `${name}: ${privilege} to ${role}`),
    ),
  },
  {
    name: 'policy-for-every-row',
    danger: "the policy lets a role that is not the backend's at the rows of everybody.",
    safeWay: 'a predicate on the owner of the row: @OwnedBy.',
    places: ofTables(({ name: table, policies }, catalog) =>
      policies
        .filter((policy) => isForEveryRow(policy) && !policy.roles.every((role) => isBackend(catalog, role)))
        .map(({ name }) => `${table}: ${name}`),
    ),
  },
  {
    name: 'setting-read-for-each-row',
    danger:
      'current_setting() is called for every row that the policy looks at, and no index on the column is used to the full.',
    safeWay: 'a sub-select of its own, which PostgreSQL runs once a statement: (SELECT current_setting(…)).',
    places: ofTables(({ name: table, policies }) =>
      policies
        .filter(({ using, check }) => readsSettingForEachRow(using) || readsSettingForEachRow(check))
        .map(({ name }) => `${table}: ${name}`),
    ),
  },
  {
    name: 'function-without-search-path',
    danger: "whoever calls it decides which schema's tables and functions its names mean.",
    safeWay: "SET search_path = '' and every name with its schema; triggerFunction() does the first.",
    places: ({ functions }) =>
      functions
        .filter(({ definition }) => !/^ SET search_path /m.test(headOf(definition)))
        .map((called) => `${called.name}(${called.arguments})`),
  },
  {
    name: 'timestamp-without-time-zone',
    convention: true,
    danger: 'it is read as another moment by each client in another time zone.',
    safeWay: "type: 'timestamptz'.",
    places: ofColumns(({ type }) => /^timestamp(\(\d\))?(\[\])?$/.test(type)),
  },
  {
    name: 'no-comment',
    convention: true,
    danger: 'nobody who reads the database learns what it means.',
    safeWay: 'a doc comment on the class or property: it becomes the COMMENT.',
    places: (catalog) => [
      ...ofTables(({ name, comment }) => (comment?.trim() ? [] : [name]))(catalog),
      ...ofColumns(({ comment }) => !comment?.trim())(catalog),
    ],
  },
  {
    name: 'name-off-the-pattern',
    convention: true,
    danger: 'error messages and the errors that services make of constraint names are told by the pattern.',
    safeWay: `snake_case; pk_<table>, fk_<table>_<column>, uq_<table>_<columns>, chk_<table>_<what>, idx_…, at most ${LONGEST_NAME_BYTES} bytes.`,
    places: ofTables(namesOffThePattern),
  },
  {
    name: 'status-without-check',
    convention: true,
    danger: 'any misspelt status is stored, and no branch of the code knows it.',
    safeWay: '@Enumeration with the list of its values.',
    places: ofColumns(
      ({ name, type }, { constraints }) =>
        /(^|_)(status|state)$/.test(name) &&
        /^(text|varchar)/.test(type) &&
        !constraints.some(({ kind, columns }) => ['check', 'foreign key'].includes(kind) && columns.includes(name)),
    ),
  },
];

/** What a schema does that it should not, by `CATALOG_RULES`. */
export function lintCatalog(catalog: Catalog): Finding[] {
  return CATALOG_RULES.flatMap(({ name, danger, safeWay, places }) =>
    places(catalog).map((place) => ({ rule: name, place, danger, safeWay })),
  );
}

function ofTables(places: (table: Table, catalog: Catalog) => string[]): CatalogRule['places'] {
  return (catalog) => catalog.tables.flatMap((table) => places(table, catalog));
}

function ofColumns(breaks: (column: Table['columns'][number], table: Table) => boolean): CatalogRule['places'] {
  return ofTables((table) =>
    table.columns.filter((column) => breaks(column, table)).map(({ name }) => `${table.name}.${name}`),
  );
}

/** The role of the backend's own jobs: the one that the owner of the tables acts as. */
function isBackend({ roles }: Catalog, name: string): boolean {
  return roles.some((role) => role.name === name && role.grantedToOwner);
}

/**
 * Whether an index finds the rows that refer to a key: one that begins with a column of the foreign key. The other columns
 * of a composite key are compared in the few rows that it finds.
 */
function isIndexed({ constraints, indexes }: Table, { columns }: Constraint): boolean {
  return (
    constraints.some(({ kind, columns: keys }) => /^(primary key|unique)$/.test(kind) && columns.includes(keys[0])) ||
    indexes.some((index) => findsAllRowsBy(index, columns))
  );
}

/** Whether the index begins with one of the columns and leaves out no row that has a value in it. */
function findsAllRowsBy({ definition }: Index, columns: string[]): boolean {
  return columns.map(quoteIdentifier).some((column) => {
    const beginning = new RegExp(`^USING (btree|hash) \\(${escapeRegExp(column)}[ ,)]`);
    const [, predicate] = / WHERE (.+)$/s.exec(definition) ?? [];
    return beginning.test(definition) && (predicate === undefined || predicate === `${column} IS NOT NULL`);
  });
}

/** The names of indexes with the same definition, those of primary keys and unique constraints included. */
function duplicateIndexes({ name: table, constraints, indexes }: Table): string[] {
  const byDefinition = new Map<string, string[]>();
  const add = (name: string, definition: string) =>
    byDefinition.set(definition, [...(byDefinition.get(definition) ?? []), name]);
  for (const { name, kind, definition } of constraints) {
    if (kind === 'primary key' || kind === 'unique')
      add(name, definition.replace(/^(PRIMARY KEY|UNIQUE)/, 'USING btree'));
  }
  for (const { name, definition } of indexes) add(name, definition);
  return [...byDefinition.values()].filter((names) => names.length > 1).map((names) => `${table}: ${names.join(', ')}`);
}

function isForEveryRow({ permissive, using, check }: Policy): boolean {
  return permissive && (using === 'true' || check === 'true');
}

/**
 * Whether a predicate calls current_setting() anywhere but in a sub-select without FROM. That one depends on no row, so
 * PostgreSQL runs it once; one with FROM has rows of its own.
 */
function readsSettingForEachRow(predicate: string | null): boolean {
  if (predicate === null) return false;
  const text = withoutQuotedSigns(predicate);
  return [...text.matchAll(/\bcurrent_setting\(/g)].some(({ index }) => {
    const subselect = groupsAround(text, index).find((group) => /^\(\s*SELECT\b/.test(group));
    return subselect === undefined || /\sFROM\s/.test(topLevelOf(subselect));
  });
}

/** The text with the signs that are looked for made harmless inside quotes. */
function withoutQuotedSigns(text: string): string {
  return text.replace(/'[^']*'|"[^"]*"/g, (quoted) => quoted.replace(/[(),]/g, '_'));
}

/** What stands in parentheses around a position, the innermost first. */
function groupsAround(text: string, position: number): string[] {
  const groups: { start: number; end: number }[] = [];
  const open: number[] = [];
  for (const { 0: sign, index } of text.matchAll(/[()]/g)) {
    if (sign === '(') open.push(index);
    else groups.push({ start: open.pop()!, end: index + 1 });
  }
  return groups
    .filter(({ start, end }) => start < position && position < end)
    .map(({ start, end }) => text.slice(start, end));
}

/** A group in parentheses without the groups inside it. */
function topLevelOf(group: string): string {
  let text = group.slice(1, -1);
  while (/\([^()]*\)/.test(text)) text = text.replace(/\([^()]*\)/g, '');
  return text;
}

/** A function's definition without its body. */
function headOf(definition: string): string {
  return definition.split(/^AS /m)[0];
}

function namesOffThePattern({ name: table, columns, constraints, indexes }: Table): string[] {
  const named = (name: string, pattern: RegExp, place: string) =>
    pattern.test(name) && Buffer.byteLength(name) <= LONGEST_NAME_BYTES ? [] : [place];
  return [
    ...named(table, /^[a-z][a-z0-9_]*$/, table),
    ...columns.flatMap(({ name }) => named(name, /^[a-z][a-z0-9_]*$/, `${table}.${name}`)),
    ...constraints.flatMap(({ name, kind }) => named(name, constraintPattern(kind, table), `${table}: ${name}`)),
    ...indexes.flatMap(({ name }) => named(name, /^idx_[a-z0-9_]+$/, `${table}: ${name}`)),
  ];
}

function constraintPattern(kind: Constraint['kind'], table: string): RegExp {
  const rest = kind === 'primary key' ? '' : '_[a-z0-9_]+';
  return new RegExp(`^${CONSTRAINT_PREFIXES[kind]}_${escapeRegExp(table)}${rest}$`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
