import type { Client } from 'pg';
import { eachInTransaction } from '../../databases';
import { minimalRows, type Row } from '../rows';
import { refusalOfRow } from './constraints';

let client: Client;

eachInTransaction((own) => (client = own));

const NOT_NULL_VIOLATION = '23502';

const TOO_LONG = '22001';

it.each([
  ['users', 'email', 255],
  ['users', 'name', 255],
  ['users', 'password_hash', 255],
  ['conversations', 'title', 255],
  ['tasks', 'title', 255],
  ['scheduled_intents', 'intent_name', 255],
  ['authors', 'platform_id', 100],
  ['authors', 'handle', 50],
  ['posts', 'platform_post_id', 100],
  ['replies', 'platform_post_id', 100],
])('%s.%s holds %i characters', async (table, column, length) => {
  const ofLength = (n: number): Row => ({ [column]: (column === 'password_hash' ? '$2b$' : '').padEnd(n, 'x') });
  expect(await refusalOfRow(client, table, ofLength(length))).toBeUndefined();
  expect(await refusalOfRow(client, table, ofLength(length + 1))).toEqual({ code: TOO_LONG, constraint: undefined });
});

it.each(Object.keys(minimalRows))('%s refuses a row without any column of its minimal row', async (table) => {
  for (const column of Object.keys(minimalRows[table]())) {
    // A password is needed only where there is no single sign-on, a schedule only by some triggers.
    if (column === 'password_hash' || column === 'trigger_schedule') continue;
    expect([column, await refusalOfRow(client, table, { [column]: null })]).toMatchObject([
      column,
      { code: NOT_NULL_VIOLATION },
    ]);
  }
});
