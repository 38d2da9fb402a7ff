import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { UserContext } from '../../src/database/user-context';
import { Message } from '../../src/entities';
import { MAX_BODY_BYTES } from '../../src/modules/application';
import { poolUse } from '../../src/http/health/database-state';
import type { EntityDataSource } from '../../src/database/data-source';
import { INNARDS, type Served } from '../http/served';
import { newConversation, newTask, onServedApplication } from './served-application';

let dataSource: EntityDataSource;
let served: Served;
let ada: string;
let bob: string;

onServedApplication((application) => ({ dataSource, served, ada, bob } = application));

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
    const { id } = await newTask(ada);
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
