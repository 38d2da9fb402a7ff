import { randomUUID } from 'node:crypto';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { serve, type Served } from '../../http/served';
import { factory } from '../../../seeds';
import { Note } from '../../../src/entities';

const [ADA, BOB] = [randomUUID(), randomUUID()];

let database: TestDatabase;
let served: Served;

beforeAll(async () => {
  database = await migratedDatabase();
  served = await serve(await database.dataSource());
});
afterAll(async () => {
  await served.application.close();
  await database.close();
});
beforeEach(async () => {
  const dataSource = await database.dataSource();
  await dataSource.getRepository(Note).clear();
});

async function newNote(values: Partial<Note> = {}): Promise<Note> {
  return factory(Note).create(await database.dataSource(), { ownerId: ADA, ...values });
}

it('writes a note, changes it and removes it', async () => {
  const { body } = (await served.as(ADA).post('/notes').send({ content: 'Water the plants' }).expect(201)) as {
    body: Note;
  };
  expect(body).toMatchObject({ ownerId: ADA, content: 'Water the plants', pinned: false });
  await served.as(ADA).patch(`/notes/${body.id}`).send({ pinned: true }).expect(200);
  expect((await served.as(ADA).get(`/notes/${body.id}`).expect(200)).body).toMatchObject({
    content: 'Water the plants',
    pinned: true,
  });
  await served.as(ADA).delete(`/notes/${body.id}`).expect(204);
  await served.as(ADA).get(`/notes/${body.id}`).expect(404);
});

it('lists the newest first', async () => {
  const [old, recent] = [
    await newNote({ createdAt: new Date('2026-01-01') }),
    await newNote({ createdAt: new Date('2026-02-01') }),
  ];
  expect((await served.as(ADA).get('/notes').expect(200)).body).toMatchObject({
    items: [{ id: recent.id }, { id: old.id }],
    next: null,
  });
});

it('shows nobody the notes of others, nor lets them change one', async () => {
  const { id } = await newNote();
  expect((await served.as(BOB).get('/notes').expect(200)).body).toEqual({ items: [], next: null });
  await served.as(BOB).get(`/notes/${id}`).expect(404);
  await served.as(BOB).patch(`/notes/${id}`).send({ content: 'mine' }).expect(404);
  await served.as(BOB).delete(`/notes/${id}`).expect(404);
});

it('refuses what breaks a rule of the entity, in the words of the rule', async () => {
  const answer = await served.as(ADA).post('/notes').send({ content: ' ' }).expect(400);
  expect(answer.body).toMatchObject({
    error: 'BrokenRulesError',
    message: expect.stringContaining('content') as string,
  });
  await served.as(ADA).post('/notes').send({ content: 'x', ownerId: BOB }).expect(400);
});

it('lets nobody in who does not say who they are', async () => {
  await served.as('').get('/notes').expect(401);
});
