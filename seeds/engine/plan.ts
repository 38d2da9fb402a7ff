import type { QueryRunner } from 'typeorm';
import { UserError } from '../../src/database/errors';
import { type Holding, takeStock } from './inventory';
import { MAX_ROWS } from './keys';
import { inForeignKeyOrder } from './order';
import type { Table } from './tables';

export interface PlanOptions {
  seed: number;
  /** How much of everything: 1 is a few rows, 1000 a thousand times as many. */
  scale: number;
  /** The tables to fill, with all that they refer to. Default: all. */
  only?: readonly string[];
  /** Whether to remove all demo rows first, whatever their seed. Default: false. */
  reset?: boolean;
  /** Whether to add demo rows beside rows that are none, or that another seed made. Default: false. */
  force?: boolean;
}

/** What is to be done to a table. */
export interface TablePlan {
  readonly table: Table;
  /** How many rows there are that stay. */
  readonly kept: number;
  /** How many rows are to be removed. */
  readonly removed: number;
  /** How many rows are to be added, and their numbers. */
  readonly added: number;
  readonly missing: () => Iterable<number>;
}

export interface Plan {
  readonly tables: readonly TablePlan[];
  /** Whether all rows that are there are demo rows. */
  readonly onlyDemoRows: boolean;
}

/**
 * What it takes, inside a transaction that sees the database, to have all rows of a seed and scale there.
 *
 * @param tables all tables, in the order of their foreign keys
 * @throws UserError where the options ask for what can't be, or the rows that are there forbid it
 */
export async function makePlan(connection: QueryRunner, tables: readonly Table[], options: PlanOptions): Promise<Plan> {
  const wanted = selected(tables, options);
  const holdings: Holding[] = [];
  for (const table of tables) holdings.push(await takeStock(connection, table, options.seed));
  if (!options.force) refuse(holdings, options);
  return {
    tables: holdings.map((holding) => planTable(holding, wanted.has(holding.table) ? options.scale : 0, options)),
    onlyDemoRows: holdings.every(({ foreign }) => foreign === 0),
  };
}

/** The tables to fill: those of `only`, and all that they refer to. */
function selected(tables: readonly Table[], { only, scale }: PlanOptions): Set<Table> {
  const named = only?.map((name) => {
    const table = tables.find((one) => one.name === name);
    if (table) return table.entity;
    const names = tables.map((one) => one.name).sort();
    throw new UserError(`There is no table ${name} for --only: choose from ${names.join(', ')}.`);
  });
  const wanted = named ? new Set(inForeignKeyOrder(named)) : undefined;
  const chosen = tables.filter((table) => !wanted || wanted.has(table.entity));
  const full = chosen.find((table) => table.rows(scale) > MAX_ROWS);
  if (full)
    throw new UserError(`Scale ${scale} asks for more than ${MAX_ROWS} rows in ${full.name}: give a smaller one.`);
  return new Set(chosen);
}

function planTable({ table, own, otherSeeds, foreign }: Holding, scale: number, { reset }: PlanOptions): TablePlan {
  const seeded = own.size + sum(otherSeeds.values());
  const rows = scale === 0 ? 0 : table.rows(scale);
  function* missing(): Generator<number> {
    for (let row = 0; row < rows; row++) if (reset || !own.has(row)) yield row;
  }
  return {
    table,
    kept: reset ? foreign : foreign + seeded,
    removed: reset ? seeded : 0,
    added: reset ? rows : rows - own.countBelow(rows),
    missing,
  };
}

/** Refuses rows that are not of this seed. */
function refuse(holdings: readonly Holding[], { seed, reset }: PlanOptions): void {
  const foreign = holdings.filter((holding) => holding.foreign > 0);
  if (foreign.length > 0) {
    const found = foreign.map((holding) => `${holding.table.name} (${holding.foreign})`).join(', ');
    throw new UserError(
      `The database holds rows that are no demo data, in ${found}: seed an empty one, or give --force to ${reset ? 'replace the demo rows among them' : 'add demo rows beside them'}.`,
    );
  }
  const seeds = new Set(holdings.flatMap(({ otherSeeds }) => [...otherSeeds.keys()]));
  if (seeds.size > 0 && !reset) {
    throw new UserError(
      `The database holds the demo data of --seed ${[...seeds].join(' and ')}, not ${seed}: give --reset to replace it, or that seed.`,
    );
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
