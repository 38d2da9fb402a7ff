import { setImmediate } from 'node:timers/promises';
import request from 'supertest';
import { isUnavailable } from '../../packages/schema/src/errors';
import { Author, Conversation, Message, Task, User } from '../../src/entities';
import { poolUse } from '../../src/http/health/database-state';
import { PostsService } from '../../src/modules/social/posts.service';
import { describeOnServer, type TestDatabase } from '../databases';
import type { EntityDataSource } from '../../src/database/data-source';
import { type Served } from '../http/served';
import { sighting } from './social/sightings';
import { newConversation, newTask, onServedApplication } from './served-application';

let database: TestDatabase;
let dataSource: EntityDataSource;
let served: Served;
let ada: string;

onServedApplication((application) => ({ database, dataSource, served, ada } = application));

describe('/tasks', () => {
  it('creates, reads, changes and deletes', async () => {
    const task = await newTask(ada);
    expect(task).toMatchObject({ userId: ada, title: 'Water the plants', description: null, completed: false });
    const path = `/tasks/${task.id}`;
    expect((await served.as(ada).get(path).expect(200)).body).toEqual(task);
    const { body } = (await served.as(ada).patch(path).send({ completed: true, description: 'All' }).expect(200)) as {
      body: object;
    };
    expect(body).toMatchObject({ id: task.id, title: task.title, completed: true, description: 'All' });
    expect((await served.as(ada).patch(path).send({}).expect(200)).body).toEqual(body);
    await served.as(ada).delete(path).expect(204);
    await served.as(ada).get(path).expect(404);
  });

  it('answers with the text that is stored, where another was sent', async () => {
    const task = await newTask(ada, 'Call Bob 😀'.slice(0, -1));
    expect(task.title).toBe('Call Bob \ufffd');
    const path = `/tasks/${task.id}`;
    expect((await served.as(ada).get(path).expect(200)).body).toEqual(task);
    const changes = { title: '\udc00\0', description: 'not \\u0000, but \0' };
    const changed = await served.as(ada).patch(path).send(changes).expect(200);
    expect(changed.body).toMatchObject({ title: '\ufffd\ufffd', description: 'not \\u0000, but \ufffd' });
    expect((await served.as(ada).get(path).expect(200)).body).toEqual(changed.body);
  });

  it('gives the newest first, page by page', async () => {
    const titles = ['1', '2', '3', '4', '5'];
    const { id: userId } = await dataSource
      .getRepository(User)
      .save({ email: 'eve@example.org', ssoProvider: 'test', ssoId: 'eve' });
    for (const title of titles) await newTask(userId, title);
    const seen: string[] = [];
    let path = '/tasks?limit=2';
    for (let pages = 0; path && pages < 5; pages++) {
      const { items, next } = (await served.as(userId).get(path).expect(200)).body as { items: Task[]; next?: string };
      seen.push(...items.map(({ title }) => title));
      path = next ? `/tasks?limit=2&after=${next}` : '';
    }
    expect(seen).toEqual(titles.toReversed());
  });
});

describe('/conversations', () => {
  it('creates, names, says, rates, lists and deletes', async () => {
    const { id } = await newConversation(ada);
    const path = `/conversations/${id}`;
    await served.as(ada).put(`${path}/title`).send({ title: 'Flowers' }).expect(200);
    const said = await served.as(ada).post(`${path}/messages`).send({ content: 'Hello' }).expect(201);
    const message = said.body as Message;
    expect(message).toMatchObject({ conversationId: id, userId: ada, role: 'user', content: 'Hello' });
    await served.as(ada).put(`/conversations/messages/${message.id}/feedback`).send({ feedbackScore: 1 }).expect(204);

    const thread = (await served.as(ada).get(`${path}/messages?order=DESC`).expect(200)).body as object;
    expect(thread).toMatchObject({ items: [{ id: message.id, feedbackScore: 1 }], next: null });
    const list = (await served.as(ada).get('/conversations?status=active').expect(200)).body as object;
    expect(list).toMatchObject({ items: [{ id, title: 'Flowers' }], next: null });
    await served.as(ada).delete(path).expect(204);
    await served.as(ada).get(path).expect(404);
  });
});

describe('/docs', () => {
  it('describes health, tasks and conversations, by the columns of their entities', async () => {
    const server = served.application.getHttpServer();
    await request(server).get('/docs').expect(200).expect('Content-Type', /html/);
    const { body } = (await request(server).get('/docs-json').expect(200)) as { body: object };
    const { paths, components } = body as { paths: object; components: { schemas: Record<string, object> } };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/health', '/tasks', '/tasks/{id}', '/conversations']));
    expect(components.schemas.NewTask).toEqual({
      type: 'object',
      required: ['title'],
      properties: {
        title: { type: 'string', maxLength: 255, nullable: false },
        description: { type: 'string', nullable: true },
        completed: { type: 'boolean', nullable: false },
      },
    });
    expect(components.schemas.Message).toMatchObject({
      properties: { role: { enum: ['user', 'agent', 'assistant', 'system'] }, createdAt: { format: 'date-time' } },
    });
  });
});

describe('in production', () => {
  it.each([
    [false, 401],
    [true, 200],
  ])('TRUST_USER_ID_HEADER=%s: who a person is, is believed or not', async (trustUserIdHeader, status) => {
    const before = { ...dataSource.configuration };
    Object.assign(dataSource.configuration, { nodeEnv: 'production', trustUserIdHeader });
    try {
      await served.as(ada).get('/tasks').expect(status);
    } finally {
      Object.assign(dataSource.configuration, before);
    }
  });
});

describe('a mistake of the program', () => {
  it('is 500 without a word about it, and a line of the log with the cause', async () => {
    await dataSource.query('ALTER TABLE tasks RENAME TO gone');
    try {
      const answer = await served.as(ada).get('/tasks?limit=7').expect(500);
      expect(answer.body).toEqual({
        statusCode: 500,
        error: 'Internal Server Error',
        message: 'Internal Server Error',
      });
    } finally {
      await dataSource.query('ALTER TABLE gone RENAME TO tasks');
    }
    const lines = served.takeLog();
    expect(lines).toEqual([expect.stringMatching(/^GET \/tasks → 500: relation "tasks" does not exist at .+$/)]);
  });
});

describeOnServer('a database that goes away', () => {
  it('in a statement: not even a part of it is done, and the pool gets rid of the connection', async () => {
    const posts = served.application.get(PostsService);
    const before = poolUse(dataSource);
    const other = await database.connect();
    await other.query('BEGIN; LOCK TABLE posts IN EXCLUSIVE MODE');
    const [error] = await Promise.all([
      posts.ingest([sighting()]).catch((thrown: unknown) => thrown),
      terminateWaiting(),
    ]);
    await other.query('ROLLBACK');
    expect(isUnavailable(error)).toBe(true);
    while (poolUse(dataSource).total >= before.total) await setImmediate();
    expect(await dataSource.manager.count(Author)).toBe(0);
    expect(await posts.ingest([sighting()])).toMatchObject({ ingested: [{ isNew: true }] });
    const { total, idle, waiting } = poolUse(dataSource);
    expect({ idle, waiting }).toEqual({ idle: total, waiting: 0 });
  });

  /** Ends the sessions of the application that wait for a lock, once there is one. */
  async function terminateWaiting(): Promise<void> {
    const admin = await database.connect();
    for (;;) {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rowCount) return;
    }
  }

  it('in a transaction: 503, nothing half-done, and the next request has another connection', async () => {
    const { id } = await newConversation(ada);
    const { updatedAt } = (await served.as(ada).get(`/conversations/${id}`)).body as Conversation;
    const other = await database.connect();
    await other.query('BEGIN; LOCK TABLE messages IN EXCLUSIVE MODE');
    const [answer] = await Promise.all([
      served.as(ada).post(`/conversations/${id}/messages`).send({ content: 'Hello' }),
      terminateWaiting(),
    ]);
    await other.query('ROLLBACK');

    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': '5' });
    expect(answer.body).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'The database is temporarily unavailable; please try again.',
    });
    expect(served.takeLog()).toEqual([
      expect.stringMatching(/^POST \/conversations\/\S+\/messages → 503: The connection to the database was lost/),
    ]);
    expect((await served.as(ada).get(`/conversations/${id}`).expect(200)).body).toMatchObject({ updatedAt });
    expect((await served.as(ada).get(`/conversations/${id}/messages`).expect(200)).body).toMatchObject({ items: [] });
    await served.as(ada).post(`/conversations/${id}/messages`).send({ content: 'Hello' }).expect(201);
    const { total, idle, waiting } = poolUse(dataSource);
    expect({ idle, waiting }).toEqual({ idle: total, waiting: 0 });
  });
});
