import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { type Archive, archivesOf } from './archives';
import type { RowCounts } from './formats';
import { restore } from './restore';
import { countDue, type RetentionOptions, run } from './run';

/** Archives the rows of entities with `@Retention` that have been kept long enough, and deletes them (003). */
@Injectable()
export class RetentionService {
  private readonly archives: readonly Archive[];

  /** @throws UserError if a `@Retention` does not fit its entity */
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {
    this.archives = archivesOf(dataSource);
  }

  /**
   * How many rows a run would archive now, by table. Rows that leave with them by cascade are not counted.
   *
   * @param now Default: the time by the database's clock
   * @throws UserError if the database's clock can't be right
   */
  async due(now?: Date): Promise<RowCounts> {
    return this.connected((connection) => countDue(connection, this.archives, now));
  }

  /**
   * Archives and deletes all rows that are due. Several runs may go on at once: they take turns.
   *
   * @param now Default: the time of each transaction by the database's clock
   * @returns the paths of the new files
   * @throws RetentionRunningError if another run has been at work on one batch for 5 s
   * @throws ArchiveRefusedError if the folder belongs to another database, or an unfinished file is not one that an
   *   interrupted run leaves; nothing is deleted then
   * @throws UserError if the database's clock can't be right
   */
  async run(options: RetentionOptions, now?: Date): Promise<string[]> {
    return this.connected((connection) => run(connection, this.archives, options, now));
  }

  /**
   * Puts the rows of a file back, and the references to them. Rows that are in the database stay as they are.
   *
   * @returns how many rows were put back, by table
   * @throws ArchiveRefusedError if the file is no archive, or not what was archived
   * @throws RetentionRunningError if a run has been at work on one batch for 5 s
   * @throws UserError if the rows do not fit the database any more; none is put back then
   */
  async restore(path: string): Promise<RowCounts> {
    return this.connected((connection) => restore(connection, this.archives, path));
  }

  private async connected<T>(work: (connection: QueryRunner) => Promise<T>): Promise<T> {
    const connection = this.dataSource.createQueryRunner('master');
    try {
      return await work(connection);
    } finally {
      await connection.release();
    }
  }
}
