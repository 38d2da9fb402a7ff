import type { List } from '../random/random';
import type { RowSource } from '../rows/row-source';
import { Table } from '../rows/table';
import type { AnyRow } from '../shape/row';

/** A table of which rows are made one by one, not all from the first to the last. */
export class SparseTable extends Table {
  /** The rows that have been made, by number: they are what other rows see. */
  readonly made = new Map<number, AnyRow>();
  private readonly shared = new Map<number, number>();
  private next = 0;

  /** The number of a row that nothing has been made of: the first of a parent that is as new. */
  fresh(): number {
    const { placement } = this.shape;
    if (!placement) return this.next++;
    let parent: number;
    do parent = (this.parent as SparseTable).fresh();
    while (placement.childrenOf(parent) === 0);
    return placement.childrenBefore(parent);
  }

  override row(index: number): AnyRow {
    return this.made.get(index) ?? super.row(index);
  }

  /** Rows that many others refer to: none of those that somebody has asked for. */
  override rowsBeside(other: RowSource, index: number): List<AnyRow> {
    if (other.shape.entity === this.shape.entity) return super.rowsBeside(other, index);
    const at = (place: number): AnyRow => {
      if (!this.shared.has(place)) this.shared.set(place, this.fresh());
      return this.row(this.shared.get(place)!);
    };
    return { length: this.rows(1), at };
  }
}
