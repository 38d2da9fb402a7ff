import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'class-validator';
import { entities } from '../../src/entities';
import { compileTables, type Factory, lineOf, type Table } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { metadataOf } from './metadata';

const BASIS = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };
const FOLDER = join(__dirname, '../../seeds/factories');

let tables: Table[];

beforeAll(async () => {
  tables = compileTables(await metadataOf(entities), factories, BASIS);
});

function lines(table: Table, scale: number): string[] {
  return Array.from({ length: table.rows(scale) }, (_, index) => lineOf(table, index));
}

it('has each factory in a file of its own that is listed, one a table at most', async () => {
  expect(new Set(factories.map(({ entity }) => entity)).size).toBe(factories.length);
  const files = readdirSync(FOLDER, { encoding: 'utf8', recursive: true }).filter((name) =>
    name.endsWith('.factory.ts'),
  );
  expect(files).toHaveLength(factories.length);
  for (const file of files) {
    const exported = Object.values((await import(join(FOLDER, file))) as object);
    expect(exported.filter((one) => factories.includes(one as Factory))).toHaveLength(1);
  }
});

it.each(entities.map((entity) => [entity.name, entity] as const))(
  'makes rows of %s that its validators accept',
  async (_, entity) => {
    const table = tables.find((one) => one.shape.entity.target === entity)!;
    const wrong: unknown[] = [];
    for (let index = 0; index < table.rows(5); index++) {
      const row = table.row(index);
      const values = table.columns.map(({ property }) => [property, row[property]]);
      const errors = await validate(Object.assign(new entity(), Object.fromEntries(values)) as object);
      wrong.push(
        ...errors.map(({ property, value, constraints }) => ({
          index,
          property,
          value: value as unknown,
          constraints,
        })),
      );
    }
    expect(wrong).toEqual([]);
  },
);

it('has more rows, never fewer, at a larger scale', () => {
  for (const table of tables) {
    expect(table.rows(1)).toBeGreaterThan(0);
    for (let scale = 1; scale < 60; scale++) expect(table.rows(scale + 1)).toBeGreaterThanOrEqual(table.rows(scale));
  }
});

it('makes each row on its own, whichever was made before', async () => {
  const others = compileTables(await metadataOf(entities), factories, BASIS).reverse();
  for (const other of others) {
    const table = tables.find(({ name }) => name === other.name)!;
    const count = table.rows(2);
    const backwards = Array.from({ length: count }, (_, index) => lineOf(other, count - 1 - index)).reverse();
    expect(backwards).toEqual(lines(table, 2));
  }
});

/**
 * Demo data is the same on every machine and in every version, until somebody changes a factory. Another version of
 * @faker-js/faker changes it too, and with it everybody's demo data, so its version is pinned.
 */
it.each([
  ['users', { id: '378713f5-1dff-4601-a214-9da32d880aaa', name: 'Jess Gerhold', email: 'jess.gerhold4@example.net' }],
  ['tasks', { title: 'Send the agenda (reading, week 6)', createdAt: new Date('2025-10-02T08:06:59.496Z') }],
  ['posts', { content: 'Krisview doctors HATE this supplement!!! Only 20 left #offer87101' }],
  ['kpi_metrics', { value: 0.032 }],
])('makes the row of %s that it has always made', (name, values) => {
  const row = tables.find((table) => table.name === name)!.row(3);
  expect(Object.fromEntries(Object.keys(values).map((property) => [property, row[property]]))).toEqual(values);
});
