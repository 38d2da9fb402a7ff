import type { Client } from 'pg';
import { migrate } from '../../../packages/schema/src/migrations/runner';
import { describeOnServer, emptyDatabase, migratedDatabase } from '../../databases';
import { dataSourceAt } from '../../template';
import { insert } from '../rows';
import {
  columnsOf,
  countOf,
  eachAgainstCatalog,
  expectColumns,
  expectValues,
  foreignKeysOf,
  indexNamed,
  planOf,
  typeOf,
} from './catalog';

let client: Client;

eachAgainstCatalog((own) => (client = own));

describe('000: scheduled intents', () => {
  it('000 AC1: scheduled_intents has all its columns', async () => {
    await expectColumns('scheduled_intents', 'id, user_id, intent_name, description');
    await expectColumns('scheduled_intents', 'trigger_type, trigger_schedule, trigger_condition');
    await expectColumns('scheduled_intents', 'action_type, action_context, action_priority');
    await expectColumns('scheduled_intents', 'next_check, last_checked, last_executed, execution_count');
    await expectColumns('scheduled_intents', 'last_execution_status, last_execution_error, last_message_id');
    await expectColumns('scheduled_intents', 'enabled, expires_at, max_executions');
    await expectColumns('scheduled_intents', 'created_at, updated_at, created_by, metadata');
    expect(await columnsOf('scheduled_intents')).toHaveLength(24);

    expect(await typeOf('scheduled_intents', 'id')).toBe('uuid');
    for (const column of ['trigger_schedule', 'trigger_condition', 'metadata']) {
      expect(await typeOf('scheduled_intents', column)).toBe('jsonb');
    }
  });

  it('000 AC2: intent_executions has all its columns, and goes with its intent', async () => {
    await expectColumns('intent_executions', 'id, intent_id, user_id, executed_at, trigger_type, trigger_data, status');
    await expectColumns('intent_executions', 'gate_result, message_id, message_preview');
    await expectColumns('intent_executions', 'evaluation_ms, generation_ms, delivery_ms, error_message');
    expect(await columnsOf('intent_executions')).toHaveLength(14);
    expect(await foreignKeysOf('intent_executions')).toContain(
      '(intent_id) REFERENCES scheduled_intents(id) ON DELETE CASCADE',
    );

    const { intent_id } = await insert(client, 'intent_executions');
    await client.query('DELETE FROM scheduled_intents WHERE id = $1', [intent_id]);
    expect(await countOf('intent_executions')).toEqual([0]);
  });

  it('000 AC3: checks of trigger_type, action_type, action_priority and status', async () => {
    const triggerTypes = 'cron, interval, once, price, silence, event, calendar, news';
    const statuses = 'success, failed, gate_blocked, condition_not_met';
    await expectValues('scheduled_intents', 'trigger_type', triggerTypes, { trigger_condition: {} });
    await expectValues('scheduled_intents', 'action_type', 'notify, check_in, briefing, analysis, reminder');
    await expectValues('scheduled_intents', 'action_priority', 'low, normal, high, critical');
    await expectValues('scheduled_intents', 'last_execution_status', statuses);
    await expectValues('intent_executions', 'trigger_type', triggerTypes);
    await expectValues('intent_executions', 'status', statuses);
  });

  it.each([
    ['idx_intents_user_enabled', 'scheduled_intents (user_id, enabled) WHERE (enabled = true)'],
    ['idx_intents_pending', 'scheduled_intents (next_check) WHERE ((enabled = true) AND (next_check IS NOT NULL))'],
    ['idx_intents_type', 'scheduled_intents (user_id, trigger_type)'],
    ['idx_executions_intent', 'intent_executions (intent_id, executed_at DESC)'],
    ['idx_executions_user', 'intent_executions (user_id, executed_at DESC)'],
    // "bonus indexes" of its notes
    ['idx_intents_user_id', 'scheduled_intents (user_id)'],
    ['idx_intents_created', 'scheduled_intents (created_at)'],
    ['idx_executions_status', 'intent_executions (status)'],
  ])('000 AC4: %s', async (name, definition) => {
    expect(await indexNamed(name)).toBe(definition);
  });

  it('000 AC4: the query for pending intents uses idx_intents_pending', async () => {
    expect(
      await planOf('SELECT id FROM scheduled_intents WHERE enabled = true AND next_check <= now() ORDER BY next_check'),
    ).toMatch(/^Index Scan using idx_intents_pending/);
  });

  it('000 AC5: the down migrations drop the tables cleanly', async () => {
    const migrated = await migratedDatabase();
    try {
      const dataSource = await migrated.dataSource();
      await dataSource.query(`INSERT INTO users (email, password_hash) VALUES ('ada@example.org', '$2b$12$x')`);
      for (let i = 0; i < dataSource.migrations.length; i++) await dataSource.undoLastMigration();
      expect(await dataSource.query('SELECT FROM migrations')).toEqual([]);

      const left: unknown = await dataSource.query(
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
         AND relname NOT LIKE '%migration%'
         UNION ALL
         SELECT proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal`,
      );
      expect(left).toEqual([]);
    } finally {
      await migrated.close();
    }
  });

  describeOnServer('on a server', () => {
    it('000 AC5: the down migrations leave an extension alone that the login does not own', async () => {
      const empty = await emptyDatabase();
      const login = `reverts_${process.pid}`;
      const admin = await empty.connect();
      await admin.query(`CREATE EXTENSION vector; CREATE ROLE ${login} LOGIN IN ROLE app_service`);
      await admin.query(`GRANT CREATE ON SCHEMA public TO ${login}`);
      try {
        const url = new URL(empty.url);
        url.username = login;
        const dataSource = await dataSourceAt(url.href).initialize();
        try {
          const all = await migrate(dataSource);
          for (let i = 0; i < all.length; i++) await dataSource.undoLastMigration();
          expect((await admin.query(`SELECT FROM pg_class WHERE relname = 'users'`)).rowCount).toBe(0);
          expect((await admin.query(`SELECT FROM pg_extension WHERE extname = 'vector'`)).rowCount).toBe(1);
          expect(await migrate(dataSource)).toEqual(all);
        } finally {
          await dataSource.destroy();
        }
      } finally {
        await admin.query(`DROP OWNED BY ${login} CASCADE; DROP ROLE ${login}`);
        await empty.close();
      }
    });
  });

  it('000 notes: comments document every column', async () => {
    const { rows } = await client.query(
      `SELECT attrelid::regclass AS table, attname AS column FROM pg_attribute
       WHERE attrelid IN ('scheduled_intents'::regclass, 'intent_executions'::regclass) AND attnum > 0
       AND col_description(attrelid, attnum) IS NULL`,
    );
    expect(rows).toEqual([]);
  });
});
