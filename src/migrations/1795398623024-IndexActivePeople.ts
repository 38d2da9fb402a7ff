import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * - user_engagement_states: new index idx_user_engagement_states_inactive (last_activity_at) WHERE state = 'active'
 */
export class IndexActivePeople1795398623024 implements MigrationInterface {
  readonly name = 'IndexActivePeople1795398623024';

  /** CREATE INDEX CONCURRENTLY can not run in a transaction. Repeatable after a failure. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS idx_user_engagement_states_inactive`);
    await queryRunner.query(
      `CREATE INDEX CONCURRENTLY idx_user_engagement_states_inactive ON user_engagement_states (last_activity_at) WHERE state = 'active'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX idx_user_engagement_states_inactive`);
  }
}
