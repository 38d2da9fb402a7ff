import type { INestApplicationContext, Type } from '@nestjs/common';
import type { RowCounts } from '../../../test/modules/fill';

export interface Call {
  run: () => Promise<unknown>;
  /** Makes the database what it was, so that the next call finds the same. */
  undo?: () => Promise<unknown>;
}

/** The hot calls of a domain's services, for `compareCalls`. */
export interface Subject {
  readonly name: string;
  readonly module: Type;
  /** How many rows of which tables it is measured on, when its largest has so many. */
  rows(rows: number): RowCounts;
  /** The calls by name; each gives the same statements every time. */
  calls(app: INestApplicationContext): Promise<Record<string, Call>>;
}
