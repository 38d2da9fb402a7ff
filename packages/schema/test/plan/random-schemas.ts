import * as fc from 'fast-check';

/** Random schemas as DDL, out of few names, so that two of them have much in common and differ in detail. */

const TABLES = ['accounts', 'orders', 'order', 'Items'];
const COLUMNS = ['a', 'b', 'value', 'Mixed'];
const DEFAULTS: Record<string, string[]> = {
  integer: ['0', '7'],
  bigint: ['0'],
  'numeric(8,2)': ['1.5'],
  text: [`'x'`, `'it''s'`],
  'varchar(20)': [`'x'`],
  'varchar(50)': [`'x'`, `'y'`],
  timestamptz: ['now()'],
  timestamp: ['now()'],
  jsonb: [`'{}'`],
  'text[]': [`'{}'`],
  boolean: ['true'],
};

interface RandomColumn {
  name: string;
  type: string;
  default: number;
  nullable: boolean;
  comment: string | null;
  check: boolean;
}

interface RandomTable {
  name: string;
  key: 'uuid' | 'serial' | 'identity';
  columns: RandomColumn[];
  unique: string[];
  indexes: { columns: string[]; descending: boolean; partial: boolean; unique: boolean }[];
  reference: { table: string; onDelete: string } | null;
  security: 'none' | 'enabled' | 'forced';
  policy: 'none' | 'own' | 'other';
  trigger: 'none' | 'UPDATE' | 'INSERT OR UPDATE';
  grant: string[];
  view: boolean;
}

const column = (name: string): fc.Arbitrary<RandomColumn> =>
  fc.record({
    name: fc.constant(name),
    type: fc.constantFrom(...Object.keys(DEFAULTS)),
    default: fc.nat(2),
    nullable: fc.boolean(),
    comment: fc.constantFrom(null, 'A comment.', "Another's."),
    check: fc.boolean(),
  });

const table = (name: string): fc.Arbitrary<RandomTable> =>
  fc.subarray(COLUMNS).chain((names) =>
    fc.record({
      name: fc.constant(name),
      key: fc.constantFrom('uuid' as const, 'uuid' as const, 'serial' as const, 'identity' as const),
      columns: fc.tuple(...names.map(column)),
      unique: fc.subarray(names),
      indexes: fc.array(
        fc.record({
          columns: fc.subarray(['id', ...names], { minLength: 1 }),
          descending: fc.boolean(),
          partial: fc.boolean(),
          unique: fc.boolean(),
        }),
        { maxLength: 2 },
      ),
      reference: fc.option(
        fc.record({ table: fc.constantFrom(...TABLES), onDelete: fc.constantFrom('CASCADE', 'RESTRICT') }),
      ),
      security: fc.constantFrom('none' as const, 'enabled' as const, 'forced' as const),
      policy: fc.constantFrom('none' as const, 'own' as const, 'other' as const),
      trigger: fc.constantFrom('none' as const, 'UPDATE' as const, 'INSERT OR UPDATE' as const),
      grant: fc.subarray(['SELECT', 'INSERT', 'SELECT (id)']),
      view: fc.boolean(),
    }),
  );

/** The DDL of a random schema for an empty database. */
export const randomSchema: fc.Arbitrary<string> = fc
  .tuple(
    fc.subarray(TABLES).chain((names) => fc.tuple(...names.map(table))),
    fc.constantFrom('now()', 'clock_timestamp()'),
  )
  .map(([tables, now]) => [functionOf(now), ...tables.flatMap((one) => statementsOf(one, tables))].join(';\n'));

const quote = (name: string): string => `"${name}"`;
const list = (names: string[]): string => names.map(quote).join(', ');

function functionOf(now: string): string {
  return `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN PERFORM ${now}; RETURN NEW; END'`;
}

/** CREATE TABLE and the like; foreign keys last, when all tables are there: `statementsOf` is called table by table. */
function statementsOf(one: RandomTable, tables: RandomTable[]): string[] {
  const name = quote(one.name);
  const isLast = one === tables.at(-1);
  const keys = {
    uuid: 'uuid DEFAULT gen_random_uuid()',
    serial: 'serial',
    identity: 'integer GENERATED ALWAYS AS IDENTITY',
  };
  return [
    `CREATE TABLE ${name} (${[`id ${keys[one.key]} PRIMARY KEY`, ...one.columns.map(columnOf)].join(', ')})`,
    ...(one.unique.length
      ? [`ALTER TABLE ${name} ADD CONSTRAINT ${quote(`uq_${one.name}`)} UNIQUE (${list(one.unique)})`]
      : []),
    ...one.columns.filter(({ check }) => check).map((checked) => `ALTER TABLE ${name} ADD ${checkOf(one, checked)}`),
    ...one.columns
      .filter(({ comment }) => comment)
      .map(
        (commented) =>
          `COMMENT ON COLUMN ${name}.${quote(commented.name)} IS '${commented.comment!.replace("'", "''")}'`,
      ),
    ...one.indexes.map((index, position) => {
      const keysOfIndex = index.columns.map((key) => `${quote(key)}${index.descending ? ' DESC' : ''}`).join(', ');
      return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quote(`idx_${one.name}_${position}`)} ON ${name} (${keysOfIndex})${index.partial ? ' WHERE id IS NOT NULL' : ''}`;
    }),
    ...(one.security === 'none' ? [] : [`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`]),
    ...(one.security === 'forced' ? [`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`] : []),
    ...policiesOf(one),
    ...(one.trigger === 'none'
      ? []
      : [`CREATE TRIGGER touch BEFORE ${one.trigger} ON ${name} FOR EACH ROW EXECUTE FUNCTION touch()`]),
    ...one.grant.map((right) => `GRANT ${right} ON ${name} TO random_reader`),
    ...(one.view ? [`CREATE VIEW ${quote(`view_of_${one.name}`)} AS SELECT * FROM ${name}`] : []),
    ...(isLast ? tables.flatMap((table) => referencesOf(table, tables)) : []),
  ];
}

function columnOf({ name, type, default: position, nullable }: RandomColumn): string {
  const expression = DEFAULTS[type][position];
  return `${quote(name)} ${type}${nullable ? '' : ' NOT NULL'}${expression ? ` DEFAULT ${expression}` : ''}`;
}

/** A list of values where the column is a text; something that holds for every type otherwise. */
function checkOf(one: RandomTable, { name, type, nullable }: RandomColumn): string {
  const expression = /text$|varchar/.test(type)
    ? `${quote(name)} IN ('x', 'y'${nullable ? ", 'z'" : ''})`
    : `${quote(name)} IS NOT NULL OR id IS NOT NULL`;
  return `CONSTRAINT ${quote(`chk_${one.name}_${name}`)} CHECK (${expression})`;
}

function policiesOf(one: RandomTable): string[] {
  if (one.policy === 'none') return [];
  const [first] = one.columns;
  const predicate = one.policy === 'own' && first ? `${quote(first.name)} IS NOT NULL` : 'id IS NOT NULL';
  return [`CREATE POLICY own ON ${quote(one.name)} FOR SELECT TO random_reader USING (${predicate})`];
}

function referencesOf({ name, key, reference }: RandomTable, tables: RandomTable[]): string[] {
  const target = tables.find((one) => one.name === reference?.table);
  if (!reference || !target || (key === 'uuid') !== (target.key === 'uuid')) return [];
  return [
    `ALTER TABLE ${quote(name)} ADD CONSTRAINT ${quote(`fk_${name}`)} FOREIGN KEY (id) REFERENCES ${quote(target.name)} ON DELETE ${reference.onDelete}`,
  ];
}
