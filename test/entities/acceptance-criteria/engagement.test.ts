import type { Client } from 'pg';
import { insert, refusalOf } from '../rows';
import { columnsOf, countOf, eachAgainstCatalog, expectValues, keysOf } from './catalog';

let client: Client;

eachAgainstCatalog((own) => (client = own));

describe('001: engagement', () => {
  it('001 AC-1: a migration, not the test, made the tables', async () => {
    const migrations = await client.query('SELECT name FROM migrations');
    expect(migrations.rowCount).toBeGreaterThan(0);
  });

  it.each([
    [
      'AC-2',
      'user_engagement_states',
      'id, user_id, state, last_activity_at, goodbye_sent_at, goodbye_expires_at, remind_at, created_at, updated_at',
    ],
    ['AC-3', 'engagement_state_transitions', 'id, user_id, from_state, to_state, trigger, metadata, created_at'],
    [
      'AC-4',
      'engagement_message_queue',
      'id, user_id, message_type, message_key, message_params, destination, destination_jid, scheduled_for, sent_at, ' +
        'status, retry_count, error_message, idempotency_key, created_at',
    ],
  ])('001 %s: %s has exactly its columns', async (_criterion, table, columns) => {
    expect(await columnsOf(table)).toEqual(columns.split(', '));
  });

  it('001 AC-2: a person has one engagement state, active at first', async () => {
    const { user_id, state } = await insert(client, 'user_engagement_states');
    expect(state).toBe('active');
    expect(await refusalOf(client, () => insert(client, 'user_engagement_states', { user_id }))).toMatchObject({
      code: '23505',
    });
  });

  it('001 AC-4: a message is not queued twice', async () => {
    const { idempotency_key } = await insert(client, 'engagement_message_queue');
    expect(await refusalOf(client, () => insert(client, 'engagement_message_queue', { idempotency_key }))).toEqual({
      code: '23505',
      constraint: 'uq_engagement_message_queue_idempotency_key',
    });
  });

  it('001 AC-5: user_profiles has the five columns, with their defaults and the tier of 0 to 3', async () => {
    expect(await insert(client, 'user_profiles')).toMatchObject({
      preferred_destination: 'individual',
      reengagement_opt_out: false,
      onboarding_tier: 0,
      onboarding_tier_progress: {},
      magic_moment_at: null,
    });
    for (const onboarding_tier of [-1, 4]) {
      expect(await refusalOf(client, () => insert(client, 'user_profiles', { onboarding_tier }))).toMatchObject({
        code: '23514',
      });
    }
  });

  it('001 AC-6: indexes for the scheduler', async () => {
    expect(await keysOf('user_engagement_states')).toEqual(
      expect.arrayContaining([
        '(state)',
        '(last_activity_at)',
        '(goodbye_expires_at) WHERE (goodbye_expires_at IS NOT NULL)',
        '(remind_at) WHERE (remind_at IS NOT NULL)',
      ]),
    );
    expect(await keysOf('engagement_state_transitions')).toEqual(expect.arrayContaining(['(user_id)', '(created_at)']));
    expect(await keysOf('engagement_message_queue')).toEqual(
      expect.arrayContaining([
        `(status) WHERE (status = 'pending'::text)`,
        `(scheduled_for) WHERE (status = 'pending'::text)`,
      ]),
    );
  });

  describe('001 AC-7: row-level security', () => {
    const readable = ['user_engagement_states', 'engagement_state_transitions'];
    const tables = [...readable, 'engagement_message_queue'];

    it.each(tables)('is on, and forced, for %s', async (table) => {
      const { rows } = await client.query(
        'SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass',
        [table],
      );
      expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
    });

    it.each(readable)('a person reads their own rows of %s and writes none', async (table) => {
      const own = await insert(client, table);
      await insert(client, table);
      await client.query(`SELECT set_config('app.user_id', $1, true)`, [own.user_id]);
      await client.query('SET LOCAL ROLE app_user');

      expect((await client.query(`SELECT id FROM ${table}`)).rows).toEqual([{ id: own.id }]);
      for (const sql of [`UPDATE ${table} SET id = id`, `DELETE FROM ${table}`]) {
        expect(await refusalOf(client, () => client.query(sql))).toMatchObject({ code: '42501' });
      }
    });

    it('a person has no access to engagement_message_queue', async () => {
      await client.query('SET LOCAL ROLE app_user');
      const read = () => client.query('SELECT FROM engagement_message_queue');
      expect(await refusalOf(client, read)).toMatchObject({ code: '42501' });
    });

    it.each(tables)('the backend manages all of %s', async (table) => {
      await client.query('SET LOCAL ROLE app_service');
      await insert(client, table);
      await insert(client, table);
      expect(await countOf(table)).toEqual([2]);
    });
  });

  it('001 AC-8: checks of state, message_type, status and destination', async () => {
    const states = 'active, goodbye_sent, help_flow, remind_later, dormant';
    await expectValues('user_engagement_states', 'state', states);
    await expectValues('engagement_state_transitions', 'from_state', states);
    await expectValues('engagement_state_transitions', 'to_state', states);
    await expectValues(
      'engagement_message_queue',
      'message_type',
      'goodbye, help_flow, remind_later, reminder, weekly_review, tier_unlock, magic_moment',
    );
    await expectValues('engagement_message_queue', 'status', 'pending, failed, cancelled');
    await insert(client, 'engagement_message_queue', { status: 'sent', sent_at: new Date() });
    await expectValues('engagement_message_queue', 'destination', 'individual, group');
    await expectValues('user_profiles', 'preferred_destination', 'individual, group');
  });
});
