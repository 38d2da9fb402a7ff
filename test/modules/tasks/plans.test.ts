import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { UserContext } from '../../../src/database/user-context';
import { Task } from '../../../src/entities';
import { TasksModule } from '../../../src/modules/tasks/tasks.module';
import { TasksService } from '../../../src/modules/tasks/tasks.service';
import { describeOnServer, type TestDatabase } from '../../databases';
import { databaseWith } from '../million';
import { plansOf } from '../plans';
import { moduleOn } from '../../module-on';

describeOnServer('at a million tasks', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let app: TestingModule;

  beforeAll(async () => {
    database = await databaseWith({ tasks: 1_000_000 });
    dataSource = await database.dataSource();
    app = await moduleOn(database, TasksModule);
  }, 600_000);

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  it('lists a person’s by their index, page by page', async () => {
    const tasks = app.get(TasksService);
    const [{ userId }] = await dataSource.query<{ userId: string }[]>(
      'SELECT user_id AS "userId" FROM tasks GROUP BY user_id HAVING count(*) > 1 ORDER BY user_id LIMIT 1',
    );
    const { next } = await tasks.list(userId, { limit: 1 });
    for (const after of [undefined, next!]) {
      const [page] = await app
        .get(UserContext)
        .asUser(userId, (manager) => plansOf(dataSource, () => tasks.list(userId, { after, limit: 1 }), manager));
      expect(page).toMatchObject({ indexes: ['idx_tasks_user_id_created_at'], sequential: [] });
    }
  });

  it('finds, changes and removes one by its key', async () => {
    const tasks = app.get(TasksService);
    const task = await dataSource.manager.findOneOrFail(Task, { where: {} });
    const plans = await app.get(UserContext).asUser(task.userId, (manager) =>
      plansOf(
        dataSource,
        async () => {
          await tasks.get(task.userId, task.id);
          await tasks.change(task.userId, task.id, { completed: !task.completed });
          await tasks.remove(task.userId, task.id);
        },
        manager,
      ),
    );
    expect(plans.length).toBeGreaterThan(2);
    for (const plan of plans) expect(plan).toMatchObject({ indexes: ['pk_tasks'], sequential: [] });
  });
});
