import type { TestingModule } from '@nestjs/testing';
import type { EntityDataSource } from '../../../src/database/data-source';
import { UserContext } from '../../../src/database/user-context';
import { ScheduledIntent } from '../../../src/entities';
import { IntentsModule } from '../../../src/modules/intents/intents.module';
import { IntentsService } from '../../../src/modules/intents/intents.service';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith, REFERENCE_DATE } from '../million';
import { plansOf } from '../plans';
import { moduleOn } from '../../module-on';

/** The first of the million are due then. */
const NOW = new Date(REFERENCE_DATE.getTime() + 60_000);

describeOnServer('at a million intents', () => {
  let database: TestDatabase;
  let dataSource: EntityDataSource;
  let app: TestingModule;
  let intents: IntentsService;

  beforeAll(async () => {
    database = await databaseWith({ scheduled_intents: 1_000_000, intent_executions: 100_000 });
    dataSource = await database.dataSource();
    app = await moduleOn(database, IntentsModule);
    intents = app.get(IntentsService);
  }, 300_000);

  afterAll(async () => {
    await app?.close();
    await database?.close();
  });

  it('finds those that are due by idx_intents_pending, and takes them by their keys', async () => {
    const plans = await plansOf(dataSource, async () => {
      expect(await intents.claimDue(100, NOW)).toHaveLength(100);
    });
    expect(plans).toMatchObject([{ indexes: ['idx_intents_pending', 'pk_scheduled_intents'], sequential: [] }]);
  });

  it('records executions by the keys of their intents, and counts by theirs', async () => {
    const claims = await intents.claimDue(100, NOW);
    // What they refer to is not there: in this database foreign keys have not been looked at.
    await dataSource.query('ALTER TABLE intent_executions DISABLE TRIGGER ALL');
    const executions = claims.map((intent) => ({ intent, outcome: { status: 'success' } as const }));
    const plans = await plansOf(dataSource, () => intents.recordExecutions(executions, NOW));
    expect(plans).toMatchObject([{ indexes: ['pk_scheduled_intents', 'idx_executions_intent'], sequential: [] }]);
  });

  it("finds a person's intents by theirs", async () => {
    const { userId, id } = await dataSource.getRepository(ScheduledIntent).findOneOrFail({ where: {} });
    const [list, get] = await plansOf(dataSource, async () => {
      await intents.list(userId);
      await intents.get(userId, id);
    });
    expect(list).toMatchObject({ indexes: ['idx_intents_user_id'], sequential: [] });
    expect(get).toMatchObject({ indexes: ['pk_scheduled_intents'], sequential: [] });
  });

  it('reads the history of one in the order of its index, page by page', async () => {
    const [{ userId, intentId }] = await dataSource.query<{ userId: string; intentId: string }[]>(
      `SELECT user_id AS "userId", intent_id AS "intentId" FROM intent_executions GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 1`,
    );
    const { next } = await intents.executions(userId, intentId, { limit: 1 });
    for (const after of [undefined, next!]) {
      const [page] = await app
        .get(UserContext)
        .asUser(userId, (manager) =>
          plansOf(dataSource, () => intents.executions(userId, intentId, { after, limit: 1 }), manager),
        );
      expect(page).toMatchObject({ indexes: ['idx_executions_intent'], sequential: [], sorts: false });
    }
  });
});
