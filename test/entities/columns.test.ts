import type { Client } from 'pg';
import { getMetadataArgsStorage } from 'typeorm';
import { entities } from '../../src/entities';
import { migratedDatabase, type TestDatabase } from '../databases';
import { minimalRows } from './rows';
import { ofPeople } from './columns-of-people';
import { ofSocialListening } from './columns-of-social-listening';

const tables = { ...ofPeople, ...ofSocialListening };

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
});
afterAll(() => database.close());

interface Column {
  name: string;
  type: string;
  nullable: boolean;
  default: string | null;
  comment: string | null;
}

async function columnsOf(table: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable,
            pg_get_expr(adbin, adrelid) AS default, col_description(attrelid, attnum) AS comment
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum`,
    [table],
  );
  return rows;
}

/** A column of the catalog in the notation of the data model. */
function inNotation({ name, type, nullable, default: defaultValue }: Column): string {
  const short = type.replace('timestamp with time zone', 'timestamptz').replace('character varying', 'varchar');
  const value = defaultValue === null ? '' : ` = ${defaultValue.replace(/::[a-z ]+(\[\])?$/, '')}`;
  return `${name} ${short}${nullable ? '?' : ''}${value}`;
}

it('the tables of the data model are there, each with a row to test with', () => {
  const declared = entities.map((entity) => getMetadataArgsStorage().filterTables(entity)[0].name);
  expect(declared).toEqual(expect.arrayContaining(Object.keys(tables)));
  expect(Object.keys(minimalRows).sort()).toEqual(Object.keys(tables).sort());
});

it.each(Object.entries(tables))('%s has the columns of the data model', async (table, columns) => {
  expect((await columnsOf(table)).map(inNotation)).toEqual(columns);
});

it.each(Object.keys(tables))('%s and its columns say what they mean, nullable ones what null means', async (table) => {
  const { rows } = await client.query<{ comment: string }>(
    `SELECT obj_description($1::regclass, 'pg_class') AS comment`,
    [table],
  );
  expect(rows[0].comment).toMatch(/\w.*[.)]$/s);
  for (const { name, nullable, comment } of await columnsOf(table)) {
    expect([name, comment]).toEqual([name, expect.stringMatching(nullable ? /\bnull\b.*[.…]$/ : /[.…]$/) as string]);
  }
});

it.each(Object.keys(tables))('%s has its primary key, named for it', async (table) => {
  const { rows } = await client.query<{ name: string; key: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE contype = 'p' AND conrelid = $1::regclass`,
    [table],
  );
  const column = table === 'message_embeddings' ? 'message_id' : 'id';
  expect(rows).toEqual([{ name: `pk_${table}`, key: `PRIMARY KEY (${column})` }]);
});
