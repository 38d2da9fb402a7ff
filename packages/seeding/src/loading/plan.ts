import type { QueryRunner } from 'typeorm';
import { UserError } from '@entity-backend/schema';
import type { Table } from '../rows/table';
import { type Holding, takeStock } from './inventory';
import { type SizeOptions, sizesOf } from './sizes';

/** What is to be done about rows that exist already. */
export interface PlanOptions extends SizeOptions {
  seed: number;
  /**
   * Whether to keep all rows, whoever made them, and to add as many as `scale` and `rows` say: the next ones of the seed.
   * Default: false; rows of the seed that are there count.
   */
  append?: boolean;
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
  // Where they don't depend on what is there, before a long look at it.
  const sizesAlone = options.append ? undefined : sizesOf(tables, options);
  const holdings = await takeStock(connection, tables, options.seed);
  const all = [...holdings.values()];
  if (!options.force && !options.append) refuse(all, options);
  const sizes = sizesAlone ?? sizesOf(tables, options, (table, rows) => holdings.get(table)!.own.limitOf(rows));
  return {
    tables: all.map((holding) => planTable(holding, sizes.get(holding.table) ?? 0, options)),
    onlyDemoRows: all.every(({ foreign }) => foreign === 0),
  };
}

function planTable({ table, own, otherSeeds, foreign }: Holding, rows: number, { reset }: PlanOptions): TablePlan {
  const seeded = own.size + sum(otherSeeds.values());
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
      `The database has rows that are not demo data, in ${found}. Seed an empty database, or give --force to ${reset ? 'replace the demo rows among them' : 'add demo rows beside them'}.`,
    );
  }
  const seeds = new Set(holdings.flatMap(({ otherSeeds }) => [...otherSeeds.keys()]));
  if (seeds.size > 0 && !reset) {
    throw new UserError(
      `The database has the demo data of --seed ${[...seeds].join(' and ')}, not ${seed}. Give --reset to replace it, or that seed.`,
    );
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
