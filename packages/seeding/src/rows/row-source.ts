import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata';
import type { List } from '../random/random';
import type { Origin } from '../shape/keys';
import type { AnyRow } from '../shape/row';
import type { TableShape } from '../shape/table-shape';

/** A table as its own rows and those of other tables see it: its rows by number. */
export interface RowSource {
  readonly shape: TableShape;
  row(index: number): AnyRow;
  /** The number of a row among its parent's children. */
  ordinal(index: number): number;
  /** The key of a row, of a table whose keys are its own. */
  key(index: number): string;
  /** Which row has the key; undefined: none that a seeder has made, with this seed or another. */
  origin(key: string): Origin | undefined;
  /** The smallest scale at which a row exists. */
  scaleOf(index: number): number;
  /** The rows that there are at the smallest scale at which row `index` of another table exists. */
  rowsBeside(other: RowSource, index: number): List<AnyRow>;
  /** The table that a relation of this one leads to. */
  tableOf(relation: RelationMetadata): RowSource;
}
