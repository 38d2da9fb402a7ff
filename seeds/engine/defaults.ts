import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { pool } from './pool';
import { DAY, type Random } from './random';
import type { Maker } from './rows';

const words = pool(500, (faker) => faker.lorem.words(3));

/** How the value of a column is made that no factory speaks of and that is no key: from what the entity says about it. */
export function makerByMetadata(column: ColumnMetadata): Maker {
  const { createDateColumn } = column.entityMetadata;
  if (column.isUpdateDate && createDateColumn) return (row) => row[createDateColumn.propertyName];
  if (column.enum) return (_, random) => random.pick(column.enum!);
  if (column.isNullable) return () => null;
  const { default: byDefault } = column;
  if (byDefault !== undefined && typeof byDefault !== 'function') return () => byDefault;
  if (column.isArray) return () => [];
  const make = BY_TYPE[String(column.type)];
  if (!make)
    throw new Error(`a factory has to say what it holds: nothing is known about the type ${String(column.type)}`);
  return (_, random) => make(random, column);
}

/** A value for a type, where nothing else is known. */
const BY_TYPE: Partial<Record<string, (random: Random, column: ColumnMetadata) => unknown>> = {
  text: phrase,
  varchar: phrase,
  smallint: (random) => random.int(0, 100),
  integer: (random) => random.int(0, 100),
  'double precision': (random) => random.number(0, 1),
  boolean: (random) => random.chance(0.5),
  uuid: (random) => random.uuid(),
  date: (random) =>
    random
      .ago(365 * DAY)
      .toISOString()
      .slice(0, 10),
  timestamptz: (random) => random.ago(365 * DAY),
  jsonb: () => ({}),
  vector: (random, column) => random.direction(Number(column.length)),
};

function phrase(random: Random, column: ColumnMetadata): string {
  return random.pick(words).slice(0, Number(column.length) || undefined);
}
