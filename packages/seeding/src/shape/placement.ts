/**
 * Which rows are whose: parent 0 has `pattern[0]` children, parent 1 `pattern[1]` …, and from the start again. So a child
 * computes its parent, and a parent its children, at any size of the table and without a look at another row.
 */
export class Placement {
  /** Of the children of one round of the pattern: the parent's place in the pattern. */
  private readonly parents: number[];
  /** The children before each parent of one round. */
  private readonly before: number[];

  constructor(private readonly pattern: readonly number[]) {
    this.parents = pattern.flatMap((count, parent) => Array<number>(count).fill(parent));
    let sum = 0;
    this.before = pattern.map((count) => (sum += count) - count);
    if (this.parents.length === 0) throw new Error(`the pattern ${JSON.stringify(pattern)} gives nobody a child`);
  }

  /** How many children the first `parents` parents have together; so also the index of the first child of the next one. */
  childrenBefore(parents: number): number {
    const place = parents % this.pattern.length;
    return Math.floor(parents / this.pattern.length) * this.parents.length + this.before[place];
  }

  childrenOf(parent: number): number {
    return this.pattern[parent % this.pattern.length];
  }

  parentOf(child: number): number {
    const round = Math.floor(child / this.parents.length);
    return round * this.pattern.length + this.parents[child % this.parents.length];
  }
}
