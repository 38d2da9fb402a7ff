import type { HazardKind } from '../../src/changes/hazards';
import type { EntityClass } from '../../src/language/declarations';
import type { IndexDecorator } from '../entities';

/** A change of entities, and what the generator has to make of it. */
export interface SchemaCase {
  /** What changes. */
  title: string;
  /** Who asked for it or tests it. */
  source: string;
  /** The entities; `Index` is our decorator, or TypeORM's own where its schema builder is tried. */
  before: (Index: IndexDecorator) => EntityClass[];
  after: (Index: IndexDecorator) => EntityClass[];
  /** What somebody did to the database by hand, in SQL. */
  byHand?: string;
  /** Rows that are there, in SQL. Those columns that both schemas have keep their values, up and down. */
  rows?: string;
  /** Where values change with their type: a query before and one after, which give the same. */
  keeps?: [before: string, after: string];
  /** The dangers that have to be acknowledged. */
  hazards?: HazardKind[];
  /** The statements of each migration that is written. */
  up: Partial<Record<'main' | 'concurrent' | 'validate' | 'validate again', string[]>>;
}
