import { Client } from 'pg';
import { type MemoryDatabase } from '../src';
import { message, SYNC } from '../src/wire';
import { WireClient } from './wire-client';
import { bind, connect, describePortal, eachWithClients, execute, parse, value } from './clients';

let database: MemoryDatabase;

eachWithClients((own) => (database = own));

describe('what is a client’s own', () => {
  it('are its settings and its role', async () => {
    const [one, other] = [await connect(), await connect()];
    await one.query(`SET TIME ZONE 'Europe/Berlin'; SET ROLE pg_monitor; SET work_mem = '5MB'`);
    await one.query(`SELECT set_config('app.user_id', 'ada', false)`);
    const settings = `SELECT concat_ws(' ', current_user, current_setting('TimeZone'), current_setting('work_mem'))`;
    expect(await value(other, settings)).toBe('postgres UTC 4MB');
    expect(await value(other, `SELECT nullif(current_setting('app.user_id', true), '')`)).toBeNull();
    expect(await value(one, settings)).toBe('pg_monitor Europe/Berlin 5MB');
    await one.query('RESET ROLE; RESET ALL');
    expect(await value(other, settings)).toBe('postgres UTC 4MB');
    expect(await value(one, settings)).toBe('postgres UTC 4MB');
  });

  it('are the settings that it connects with, but those that are wrong', async () => {
    const one = await connect({ application_name: 'one', options: '-c search_path=pg_catalog -c nonsense=1' });
    const other = await connect({ application_name: 'two' });
    const settings = `SELECT concat_ws(' ', current_setting('application_name'), current_setting('search_path'))`;
    expect(await value(one, settings)).toBe('one pg_catalog');
    expect(await value(other, settings)).toBe('two "$user", public');
    expect(await value(one, settings)).toBe('one pg_catalog');
  });

  it('are its prepared statements, whatever they are called', async () => {
    const [one, other] = [await connect(), new Client(database.url)];
    await other.connect();
    for (let turn = 0; turn < 2; turn++) {
      for (const [client, n] of [
        [one, 1],
        [other, 2],
      ] as const)
        expect((await client.query({ name: 'S_1', text: `SELECT ${n} AS n` })).rows).toEqual([{ n }]);
    }
    await other.end();
    expect((await one.query({ name: 'S_1', text: 'SELECT 1 AS n' })).rows).toEqual([{ n: 1 }]);
  });

  it('is the unnamed statement, too', async () => {
    const [one, other] = [await WireClient.connect(database.url), await connect()];
    await one.ask(parse("SELECT 'mine'"), SYNC);
    await other.query('SELECT $1::text', ['another']);
    expect(await one.ask(bind(), describePortal, execute, SYNC)).toContainEqual(expect.stringMatching(/^D .*mine$/));
    one.kill();
  });

  it('is a statement closed and prepared anew', async () => {
    const client = await WireClient.connect(database.url);
    const close = message('C', Buffer.from('S'), 'S_1');
    for (const text of ['one', 'two'])
      expect(await client.ask(parse(`SELECT '${text}'`, 'S_1'), bind('S_1'), execute, close, SYNC)).toEqual([
        '1',
        '2',
        expect.stringMatching(new RegExp(`^D .*${text}$`)),
        'C SELECT 1',
        '3',
        'Z I',
      ]);
    client.kill();
  });
});
