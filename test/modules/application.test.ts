import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { isUnavailable } from '../../packages/schema/src/errors';
import { UserContext } from '../../src/database/user-context';
import { Author, Conversation, Message, Task, User } from '../../src/entities';
import { MAX_BODY_BYTES } from '../../src/modules/application';
import { poolUse } from '../../src/http/health/database-state';
import { PostsService } from '../../src/modules/social/posts.service';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../databases';
import type { EntityDataSource } from '../../src/database/data-source';
import { INNARDS, serve, type Served } from '../http/served';
import { sighting } from './social/sightings';

let database: TestDatabase;
let dataSource: EntityDataSource;
let served: Served;
let ada: string;
let bob: string;

beforeAll(async () => {
  database = await migratedDatabase();
  dataSource = await database.dataSource();
  served = await serve(dataSource);
  const users = await dataSource
    .getRepository(User)
    .save(['ada', 'bob'].map((name) => ({ email: `${name}@example.org`, ssoProvider: 'test', ssoId: name })));
  [ada, bob] = users.map(({ id }) => id);
});
afterAll(async () => {
  await served.application.close();
  await database.close();
});
afterEach(() => expect(served.takeLog()).toEqual([]));

async function newTask(userId = ada, title = 'Water the plants'): Promise<Task> {
  const { body } = (await served.as(userId).post('/tasks').send({ title }).expect(201)) as { body: object };
  return body as Task;
}

async function newConversation(userId = ada): Promise<Conversation> {
  const { body } = (await served.as(userId).post('/conversations').send({ title: 'Plants' }).expect(201)) as {
    body: object;
  };
  return body as Conversation;
}

describe('/tasks', () => {
  it('creates, reads, changes and deletes', async () => {
    const task = await newTask();
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
    const { id } = await newConversation();
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

describe('bad input', () => {
  const unknown = randomUUID();
  const someones = { task: '', conversation: '', message: '' };

  beforeAll(async () => {
    someones.task = (await newTask(bob)).id;
    someones.conversation = (await newConversation(bob)).id;
    const path = `/conversations/${someones.conversation}/messages`;
    someones.message = ((await served.as(bob).post(path).send({ content: 'Mine' })).body as Message).id;
  });

  type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

  /** In the name of Ada. */
  function ask(method: Method, path: string, body?: object): request.Test {
    return served.as(ada)[method](path).send(body);
  }

  it.each<[Method, string, keyof typeof someones, object?]>([
    ['get', '/tasks/:id', 'task'],
    ['patch', '/tasks/:id', 'task', { completed: true }],
    ['delete', '/tasks/:id', 'task'],
    ['get', '/conversations/:id', 'conversation'],
    ['put', '/conversations/:id/title', 'conversation', { title: 'Mine now' }],
    ['delete', '/conversations/:id', 'conversation'],
    ['get', '/conversations/:id/messages', 'conversation'],
    ['post', '/conversations/:id/messages', 'conversation', { content: 'Hello' }],
    ['put', '/conversations/messages/:id/feedback', 'message', { feedbackScore: -1 }],
  ])('%s %s: what is unknown is 404, and what is foreign the same', async (method, path, kind, body = undefined) => {
    for (const id of [unknown, someones[kind]]) {
      const answer = await ask(method, path.replace(':id', id), body);
      expect(answer.body).toEqual({ statusCode: 404, error: 'NotFoundError', message: `There is no ${kind} "${id}".` });
      expect(answer.status).toBe(404);
    }
    for (const id of ['1', "1' OR true--", `${unknown}0`])
      expect(await ask(method, path.replace(':id', encodeURIComponent(id)), body)).toMatchObject({ status: 400 });
  });

  it('leaves what is foreign as it was', async () => {
    expect((await served.as(bob).get(`/tasks/${someones.task}`).expect(200)).body).toMatchObject({ completed: false });
    const thread = await served.as(bob).get(`/conversations/${someones.conversation}/messages`).expect(200);
    expect((thread.body as { items: Message[] }).items).toMatchObject([{ content: 'Mine', feedbackScore: null }]);
  });

  const requests: [string, number, Method, string, object?][] = [
    ['no body', 400, 'post', '/tasks'],
    ['a blank title', 400, 'post', '/tasks', { title: ' ' }],
    ['a long title', 400, 'post', '/tasks', { title: 'a'.repeat(256) }],
    ['a title that is none', 400, 'post', '/tasks', { title: { a: 1 } }],
    ['a null that may be none', 400, 'post', '/tasks', { title: 'a', completed: null }],
    ['an unknown property', 400, 'post', '/tasks', { title: 'a', colour: 'red' }],
    ["another's id", 400, 'post', '/tasks', { title: 'a', userId: randomUUID() }],
    ['a list', 400, 'post', '/tasks', [{ title: 'a' }]],
    ['a cursor that is none', 400, 'get', '/tasks?after=none'],
    ['a cursor of two', 400, 'get', '/tasks?after=a&after=b'],
    ['an empty cursor', 400, 'get', '/tasks?after='],
    ['a limit of 0', 400, 'get', '/tasks?limit=0'],
    ['a limit of 101', 400, 'get', '/tasks?limit=101'],
    ['a limit that is none', 400, 'get', '/tasks?limit=many'],
    ['an unknown parameter', 400, 'get', '/tasks?userId=1'],
    ['an order that is none', 400, 'get', `/conversations/${unknown}/messages?order=RANDOM`],
    ['a status that is none', 400, 'get', '/conversations?status=gone'],
    ['a body over the limit', 413, 'post', '/tasks', { title: 'a', description: 'b'.repeat(MAX_BODY_BYTES) }],
    ['an unknown path', 404, 'get', '/nowhere'],
    ['a path that can not be decoded', 400, 'get', '/tasks/%E0%A4%A'],
  ];

  it.each(requests)('%s: %s', async (_, status, method, path, body = undefined) => {
    const answer = await ask(method, path, body);
    expect(answer.body).toMatchObject({ statusCode: status });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(INNARDS);
  });

  it.each([
    ['is compressed', { 'Content-Encoding': 'gzip' }, gzipSync],
    ['does not say how long it is', { 'Transfer-Encoding': 'chunked' }, (body: string) => body],
  ])('a body over the limit that %s: 413', async (_, headers, encode) => {
    const body = encode(JSON.stringify({ title: 'a', description: 'b'.repeat(MAX_BODY_BYTES) }));
    const post = served.as(ada).post('/tasks').set('Content-Type', 'application/json').set(headers);
    post.write(body);
    expect((await post).body).toMatchObject({ statusCode: 413 });
  });

  it('a prototype is no property', async () => {
    const body = JSON.parse('{"title":"a","__proto__":{"completed":true}}') as object;
    expect((await served.as(ada).post('/tasks').send(body).expect(201)).body).toMatchObject({ completed: false });
  });

  it('a body that is not JSON is not quoted', async () => {
    const answer = await served
      .as(ada)
      .post('/tasks')
      .set('Content-Type', 'application/json')
      .send('{"secret":hunter2}');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ message: 'The body is not valid JSON.' });
    expect(answer.text).not.toContain('hunter2');
  });

  it.each<[Method, string, object?]>([
    ['post', '/tasks', { title: 'a' }],
    ['get', '/tasks'],
    ['get', '/tasks/:id'],
    ['patch', '/tasks/:id', { completed: true }],
    ['delete', '/tasks/:id'],
    ['post', '/conversations', { title: 'a' }],
    ['get', '/conversations'],
    ['get', '/conversations/:id'],
    ['get', '/conversations/:id/messages'],
    ['post', '/conversations/:id/messages', { content: 'a' }],
  ])('%s %s in the name of a person who does not exist is 401', async (method, path, body = undefined) => {
    const nobody = randomUUID();
    const answer = await served.as(nobody)[method](path.replace(':id', unknown)).send(body);
    const message = `Unknown user ${nobody}.`;
    expect(answer.body).toEqual({ statusCode: 401, error: 'UnknownUserError', message });
    expect(answer.status).toBe(401);
  });

  it('asks whether a person exists only where nothing is found', async () => {
    const { id } = await newTask();
    const asked = jest.spyOn(UserContext.prototype, 'asUser');
    await served.as(ada).get('/tasks').expect(200);
    await served.as(ada).get(`/tasks/${id}`).expect(200);
    await served.as(ada).post('/tasks').send({ title: 'a' }).expect(201);
    expect(asked).toHaveBeenCalledTimes(3);
    asked.mockRestore();
  });

  it.each(['', 'ada', `${randomUUID()}, ${randomUUID()}`])('a person who is none: %j', async (userId) => {
    for (const path of ['/tasks', '/conversations'])
      expect((await served.as(userId).get(path).expect(401)).text).not.toMatch(INNARDS);
  });

  it('leaves the pool as it was, after 1,000 requests that fail', async () => {
    await served.as(ada).get('/tasks').expect(200);
    const before = poolUse(dataSource);
    const agent = served.as(ada);
    let failed = 0;
    for (let round = 0; round < 50; round++) {
      const answers = Array.from({ length: 20 }, (_, index) => {
        const [, , method, path, body] = requests[(round * 20 + index) % requests.length];
        if (index % 4 === 0) return agent.patch(`/tasks/${someones.task}`).send({ completed: true });
        if (index % 4 === 1) return served.as(randomUUID()).post('/tasks').send({ title: 'a' });
        return ask(method, path, body);
      });
      for (const { status } of await Promise.all(answers)) if (status >= 400 && status < 500) failed++;
    }
    expect(failed).toBe(1000);
    const after = poolUse(dataSource);
    expect(after).toEqual({ ...before, total: after.total, idle: after.total });
    await served.as(ada).get('/tasks').expect(200);
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
    const { id } = await newConversation();
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
