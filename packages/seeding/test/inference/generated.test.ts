import { SnakeCase } from '../sample/naming-strategy';
import { validate } from 'class-validator';
import fc from 'fast-check';
import { type ClientBase } from 'pg';
import { Check, Column, DataSource, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import { defineFactory, perParent, perScale } from '../../src/shape/factory';
import { checkTables } from '../../src/rows/trial';
import { compileTables, type Table } from '../../src/rows/table';
import { binaryChunks } from '../../src/loading/chunks';
import { copyRows } from '../../src/loading/writer';
import { emptyDatabase, type TestDatabase } from '../databases';
import { BASIS, type Definition, definitions } from './definitions';

const ROWS = 100;

type EntityClass = new () => object;

/** A CHECK, in which `$` is the column, or a rule of class-validator. */

class Parent {
  id: string;
  code: string;
}

/** The entities of a definition: the table, after its parent where there is one. */
function entitiesOf({ columns, unique, parent }: Definition): EntityClass[] {
  const Made = { Made: class {} }.Made;
  PrimaryGeneratedColumn('uuid')(Made.prototype, 'id');
  for (const [place, { options, rules }] of columns.entries()) {
    const property = `column${place}`;
    Column(options)(Made.prototype, property);
    for (const [number, one] of rules.entries()) {
      if (typeof one !== 'string') one.decorate(Made.prototype, property);
      else Check(`chk_${place}_${number}`, one.replaceAll('"$"', `"column${place}"`))(Made.prototype, property);
    }
  }
  const together = unique.filter((place) => place < columns.length).map((place) => `column${place}`);
  if (parent === 'many children' && together.length > 0) together.push('parentId');
  if (together.length > 0) Unique('uq_made', together)(Made);
  Entity('made')(Made);
  if (parent === 'none') return [Made];

  const ParentMade = class extends Parent {};
  PrimaryGeneratedColumn('uuid')(ParentMade.prototype, 'id');
  Column({ type: 'varchar', length: 4 })(ParentMade.prototype, 'code');
  Unique('uq_parents', ['id', 'code'])(ParentMade);
  Entity('parents')(ParentMade);
  Column({ type: 'uuid' })(Made.prototype, 'parentId');
  if (parent === 'composite') Column({ type: 'varchar', length: 4 })(Made.prototype, 'parentCode');
  ManyToOne(() => ParentMade)(Made.prototype, 'parent');
  JoinColumn([
    { name: 'parent_id', referencedColumnName: 'id' },
    ...(parent === 'composite' ? [{ name: 'parent_code', referencedColumnName: 'code' }] : []),
  ])(Made.prototype, 'parent');
  return [ParentMade, Made];
}

let database: TestDatabase;
let client: ClientBase;

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

/** The tables with their rows' numbers: as many as are wanted of the last one. */
function tablesOf(source: DataSource, { parent }: Definition, rows: number): Map<Table, number> {
  const [Made, ParentMade] = source.entityMetadatas
    .map(({ target }) => target as EntityClass)
    .sort((a) => (a.name === 'Made' ? -1 : 1));
  const count =
    parent === 'many children'
      ? perParent('parent' as never, [3, 0, 7])
      : parent === 'one child'
        ? perParent('parent' as never, [1])
        : perScale(rows);
  const factories = [
    defineFactory(Made, count, {}),
    ...(ParentMade ? [defineFactory(ParentMade, perScale(rows), {})] : []),
  ];
  return new Map(compileTables(source.entityMetadatas, factories, BASIS).map((table) => [table, rows]));
}

async function fill(definition: Definition, rows: number): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: entitiesOf(definition),
    namingStrategy: new SnakeCase(),
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize: 1,
  });
  await source.initialize();
  try {
    const sizes = tablesOf(source, definition, rows);
    try {
      checkTables(sizes);
    } catch (error) {
      // What it says that there are, there has to be.
      const [, values] = / needs \d+ distinct .*, but only (\d+) exists?:/.exec((error as Error).message) ?? [];
      if (!(error instanceof UserError) || values === undefined) throw error;
      expect(Number(values)).toBeLessThan(rows);
      await source.destroy();
      const isPerParent = String(error).includes(' per row of parents');
      return fill(isPerParent ? { ...definition, parent: 'one child' } : definition, Number(values));
    }
    await source.query('DROP TABLE IF EXISTS "made", "parents"');
    await source.synchronize();
    const runner = source.createQueryRunner();
    client = (await runner.connect()) as ClientBase;
    for (const [table, size] of sizes) {
      const numbers = Array.from({ length: size }, (_, index) => index);
      for (const index of numbers) {
        const row = table.row(index);
        const values = table.columns.map(({ property }) => [property, row[property]]);
        const entity = Object.assign(
          new (table.shape.entity.target as EntityClass)(),
          Object.fromEntries(values),
        ) as object;
        expect((await validate(entity, { forbidUnknownValues: false })).map(String)).toEqual([]);
      }
      await copyRows(client, table, binaryChunks(table, numbers), () => undefined);
    }
    await runner.release();
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}

it('fills whatever table by its entity alone, as PostgreSQL and class-validator want it', async () => {
  await fc.assert(
    fc.asyncProperty(definitions, (definition) => fill(definition, ROWS)),
    { numRuns: 20, seed: 4 },
  );
});
