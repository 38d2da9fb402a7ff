import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMemory } from '../src';
import { ask, connect, eachInDirectory, start } from './directory';

let directory: string;

eachInDirectory((own) => (directory = own));

const SOURCES = join(__dirname, '../src');

describe('a database in memory', () => {
  it('starts from what another one has dumped', async () => {
    const template = join(directory, 'template.tar');
    const original = await openMemory();
    await ask(original, 'CREATE EXTENSION vector; CREATE TABLE items AS SELECT n FROM generate_series(1, 1000) AS n');
    await original.dump(template);
    await original.close();
    const clones = await Promise.all([openMemory({ template }), openMemory({ template })]);
    await ask(clones[0], `DELETE FROM items; SELECT '[1,2]'::vector`);
    expect(await ask(clones[1], 'SELECT count(*)::int FROM items')).toEqual([{ count: 1000 }]);
    await Promise.all(clones.map((clone) => clone.close()));
  });

  it('ends with the process that has started it, even when that is killed', async () => {
    const owner = start([
      '-e',
      `require('${SOURCES}').openMemory().then(({ url }) => { console.log(url); setInterval(() => {}, 1000) })`,
    ]);
    const [url] = (await once(createInterface(owner.stdout!), 'line')) as [string];
    owner.kill('SIGKILL');
    const refused = (): Promise<boolean> =>
      connect({ url }).then(
        (client) => client.end().then(() => false),
        () => true,
      );
    while (!(await refused())) await sleep(50);
  });

  it('can’t start from a template that is not there', async () => {
    await expect(openMemory({ template: join(directory, 'nosuch.tar') })).rejects.toThrow(/ENOENT.*nosuch\.tar/);
  });
});
