import { entities } from '../../src/entities';
import { compileTables, type Sizes, sizesOf, type Table } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { PROFILES } from '../../seeds/profiles';
import { metadataOf } from './metadata';

const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };

let tables: Table[];

beforeAll(async () => {
  tables = compileTables(await metadataOf(entities), factories, BASIS);
});

function total(sizes: Sizes): number {
  return [...sizes.values()].reduce((sum, rows) => sum + rows, 0);
}

/** Which values the enumerations have in so many rows: `table.column=value`. */
function enumerated(sizes: Sizes): Set<string> {
  const found = new Set<string>();
  for (const [table, rows] of sizes) {
    for (const { propertyName, enum: values } of table.shape.entity.columns) {
      if (!values) continue;
      for (let index = 0; index < rows; index++) {
        const value = table.row(index)[propertyName] as string | null;
        if (value !== null) found.add(`${table.name}.${propertyName}=${value}`);
      }
    }
  }
  return found;
}

it('demo can be looked through', () => {
  const rows = total(sizesOf(tables, PROFILES.demo));
  expect(rows).toBeGreaterThan(500);
  expect(rows).toBeLessThan(2000);
});

it('test is small, and has rows in each table and each value of each enumeration that there is', () => {
  const sizes = sizesOf(tables, PROFILES.test);
  expect([...sizes].filter(([, rows]) => rows === 0)).toEqual([]);
  expect(total(sizes)).toBeLessThan(20_000);
  const all = enumerated(sizesOf(tables, { scale: 40, rows: PROFILES.test.rows }));
  const some = enumerated(sizes);
  expect([...all].filter((value) => !some.has(value))).toEqual([]);
});

it('test has the metrics of one week', () => {
  expect(PROFILES.test.rows).toEqual({ kpi_metrics: 105 });
});

it('load is about a million rows', () => {
  const rows = total(sizesOf(tables, PROFILES.load));
  expect(rows).toBeGreaterThan(800_000);
  expect(rows).toBeLessThan(1_250_000);
});
