import type { Catalog, Column, Constraint, DatabaseFunction, Grant, Policy, Table, Trigger } from '../catalog/catalog';
import { readable } from './expression';
import { purposeOf } from './index-purpose';
import { code, codes, markdownTable, prose, section } from './markdown';
import type { EntitySource } from './sources';

/** All that there is to say of a table, under a heading of its name. */
export function tableSection(table: Table, source: EntitySource, catalog: Catalog): string {
  return [
    `## ${table.name}`,
    prose(source.purpose ?? ''),
    entityOf(source),
    source.retention ? `Retention: ${prose(source.retention)}.` : '',
    columnsOf(table.columns),
    ...section('Keys', keysOf(table.constraints)),
    ...section('Checks', checksOf(table.constraints)),
    ...section('Foreign keys', foreignKeysOf(table.constraints)),
    ...section('Referenced by', referencesTo(table, catalog.tables)),
    ...section('Indexes', indexesOf(table)),
    ...section('Triggers', triggersOf(table.triggers, catalog.functions)),
    ...section('Access', accessTo(table)),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function entityOf({ className, file }: EntitySource): string {
  if (className === undefined) return '';
  return `Entity: ${file === undefined ? code(className) : `[${className}](${file})`}`;
}

function columnsOf(columns: Column[]): string {
  return markdownTable(
    ['Column', 'Type', 'Null', 'Default', 'Meaning'],
    columns.map(({ name, type, nullable, default: defaultValue, comment }) => [
      code(name),
      code(type),
      nullable ? 'yes' : '',
      defaultValue === null ? '' : code(readable(defaultValue)),
      prose(comment ?? ''),
    ]),
  );
}

const KEYS = { 'primary key': 'Primary key', unique: 'Unique', exclude: 'Exclusion' } as const;

function keysOf(constraints: Constraint[]): string {
  return constraints
    .filter((constraint): constraint is Constraint & { kind: keyof typeof KEYS } => constraint.kind in KEYS)
    .map(({ kind, name, columns }) => `- ${KEYS[kind]} ${codes(columns)} (${code(name)})`)
    .join('\n');
}

function checksOf(constraints: Constraint[]): string {
  return constraints
    .filter(({ kind }) => kind === 'check')
    .map(({ name, definition }) => `- ${code(name)}: ${code(readable(definition.replace(/^CHECK /, '')))}`)
    .join('\n');
}

function foreignKeysOf(constraints: Constraint[]): string {
  const foreignKeys = constraints.filter(({ kind }) => kind === 'foreign key');
  if (!foreignKeys.length) return '';
  return markdownTable(
    ['Columns', 'References', 'When that is deleted', 'Name'],
    foreignKeys.map((key) => [
      codes(key.columns),
      code(`${key.references!.table} (${key.references!.columns.join(', ')})`),
      onDelete(key),
      code(key.name),
    ]),
  );
}

/** What becomes of a row when the row that it refers to is deleted. */
function onDelete({ definition }: Constraint): string {
  return /ON DELETE (CASCADE|SET NULL|SET DEFAULT|RESTRICT)/.exec(definition)?.[1] ?? 'NO ACTION';
}

function referencesTo({ name }: Table, tables: Table[]): string {
  return tables
    .flatMap((table) =>
      table.constraints
        .filter(({ references }) => references?.table === name)
        .map((key) => `${code(`${table.name} (${key.columns.join(', ')})`)} ${onDelete(key)}`),
    )
    .join(' · ');
}

function indexesOf(table: Table): string {
  if (!table.indexes.length) return '';
  return markdownTable(
    ['Index', 'On', 'What it is for'],
    table.indexes.map((index) => [
      code(index.name),
      code(`${index.unique ? 'UNIQUE ' : ''}${index.definition.replace(/^USING btree /, '')}`),
      purposeOf(index, table),
    ]),
  );
}

function triggersOf(triggers: Trigger[], functions: DatabaseFunction[]): string {
  if (!triggers.length) return '';
  return markdownTable(
    ['Trigger', 'When', 'What it does'],
    triggers.map(({ name, definition }) => {
      const [, when, call, called] =
        /^CREATE (?:CONSTRAINT )?TRIGGER \S+ (.*?) ON .* EXECUTE FUNCTION ((\w+)\(.*\))$/s.exec(definition)!;
      const does = functions.find((candidate) => candidate.name === called)?.comment;
      return [code(name), when, `${code(call)} ${prose(does ?? '')}`];
    }),
  );
}

/** Who may do what, and to which rows. */
function accessTo({ rowLevelSecurity: { enabled, forced }, grants, policies }: Table): string {
  const security = enabled
    ? `Row-level security is enabled${forced ? ' and forced' : ''}: each role reaches the rows that its policies allow.`
    : 'No row-level security: a right is one to every row.';
  return [rightsOf(grants), security, policiesOf(policies)].filter(Boolean).join('\n\n');
}

/** A line for each role and set of columns. */
function rightsOf(grants: Grant[]): string {
  const scopes = new Set(grants.map(scopeOf));
  return [...scopes]
    .map((scope) => {
      const same = grants.filter((grant) => scopeOf(grant) === scope);
      const [{ role, columns }] = same;
      const privileges = same.map(({ privilege }) => privilege).join(', ');
      return `- ${code(role)}: ${privileges}${columns ? ` of ${codes(columns)}` : ''}`;
    })
    .join('\n');
}

function scopeOf({ role, columns }: Grant): string {
  return JSON.stringify([role, columns]);
}

function policiesOf(policies: Policy[]): string {
  return policies
    .map(({ name, roles, command, using, check }) => {
      const where = using === null ? '' : ` where ${code(readable(using))}`;
      const outcome = check === null ? '' : ` with the outcome ${code(readable(check))}`;
      return `- ${code(name)}: ${command} by ${codes(roles)}${where}${outcome}`;
    })
    .join('\n');
}
