import type { INestApplicationContext, Type } from '@nestjs/common';
import type { RowCounts } from '../../../test/modules/fill';

/** The hot calls of a domain's services, for `compareCalls`. */
export interface Subject {
  readonly name: string;
  readonly module: Type;
  /** How many rows of which tables it is measured on, when its largest has so many. */
  rows(rows: number): RowCounts;
  /** The calls by name. Each may be made hundreds of times, and gives the same statements each time. */
  calls(app: INestApplicationContext): Promise<Record<string, () => Promise<unknown>>>;
}
