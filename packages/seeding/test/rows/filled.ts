import { SnakeCase } from '../sample/naming-strategy';
import { validateSync } from 'class-validator';
import { type ColumnOptions, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { checkTables } from '../../src/rows/trial';
import { type Factory, defineFactory, perScale } from '../../src/shape/factory';
import { compileTables, type Table } from '../../src/rows/table';
import { emptyDatabase, type TestDatabase } from '../databases';

const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };
const ROWS = 200;

export const text: ColumnOptions = { type: 'text' };

export type EntityClass = new () => object;

let database: TestDatabase;

/** Gives the test file an empty database to fill. */
export function onEmptyDatabase(): void {
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.close());
}

/** A table with a key and the columns that the decorators declare. */
export function entityOf(
  name: string,
  columns: Record<string, PropertyDecorator[]>,
  decorators: ClassDecorator[] = [],
): EntityClass {
  const Made = { [name]: class {} }[name];
  PrimaryGeneratedColumn('uuid')(Made.prototype, 'id');
  for (const [property, list] of Object.entries(columns)) {
    for (const decorate of list) decorate(Made.prototype, property);
  }
  for (const decorate of decorators) decorate(Made);
  Entity(name)(Made);
  return Made;
}

/** Fills tables of their own with so many rows each, checked by class-validator and by PostgreSQL. */
export async function fill(entities: EntityClass[], factories: Factory[] = [], rows = ROWS): Promise<Table[]> {
  const source = new DataSource({
    type: 'postgres',
    url: database.url,
    entities,
    namingStrategy: new SnakeCase(),
    synchronize: true,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize: 1,
  });
  await source.initialize();
  try {
    const counts = entities
      .filter((entity) => !factories.some((one) => one.entity === entity))
      .map((entity) => defineFactory(entity, perScale(rows), {}));
    const tables = compileTables(source.entityMetadatas, [...factories, ...counts], BASIS);
    const sizes = new Map(tables.map((table) => [table, table.rows(1)]));
    checkTables(sizes);
    for (const [table, size] of sizes) {
      const made = Array.from({ length: size }, (_, index) => {
        const row = table.row(index);
        const entity = new (table.shape.entity.target as EntityClass)();
        return Object.assign(
          entity,
          Object.fromEntries(table.columns.map(({ property }) => [property, row[property]])),
        );
      });
      expect(made.flatMap((entity) => validateSync(entity, { forbidUnknownValues: false }).map(String))).toEqual([]);
      for (let from = 0; from < size; from += 100) {
        await source.getRepository(table.shape.entity.target).insert(made.slice(from, from + 100));
      }
    }
    return tables;
  } finally {
    await source.dropDatabase();
    await source.destroy();
  }
}
