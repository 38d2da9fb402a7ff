import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * - replies: new index idx_replies_waiting (created_at, id) WHERE approval_status = 'PENDING' AND deleted_at IS NULL
 */
export class IndexWaitingReplies1795406235928 implements MigrationInterface {
  readonly name = 'IndexWaitingReplies1795406235928';

  /** CREATE INDEX CONCURRENTLY can not run in a transaction. Repeatable after a failure. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS idx_replies_waiting`);
    await queryRunner.query(
      `CREATE INDEX CONCURRENTLY idx_replies_waiting ON replies (created_at, id) WHERE approval_status = 'PENDING' AND deleted_at IS NULL`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX idx_replies_waiting`);
  }
}
