import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { IntentExecution, ScheduledIntent } from '../../../src/entities';
import { type Outcome } from '../../../src/modules/intents/execution';
import { IntentsModule } from '../../../src/modules/intents/intents.module';
import { IntentsService, type NewIntent } from '../../../src/modules/intents/intents.service';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { insert } from '../../entities/rows';
import { moduleOn } from '../../module-on';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const SUCCESS: Outcome = { status: 'success' };
export const NOW = new Date('2026-03-02T12:00:00Z');

let database: TestDatabase;
let client: Client;

export function after(milliseconds: number, from: Date = NOW): Date {
  return new Date(from.getTime() + milliseconds);
}

export function briefing(changes: Partial<NewIntent> = {}): NewIntent {
  return {
    intentName: 'Morning briefing',
    triggerType: 'cron',
    triggerSchedule: { cron: '0 7 * * *', timezone: 'UTC' },
    actionType: 'briefing',
    ...changes,
  };
}

export function every(hours: number, changes: Partial<NewIntent> = {}): NewIntent {
  return briefing({ triggerType: 'interval', triggerSchedule: { everyHours: hours }, ...changes });
}

export function once(at: Date, changes: Partial<NewIntent> = {}): NewIntent {
  return briefing({ triggerType: 'once', triggerSchedule: { at: at.toISOString() }, ...changes });
}

export async function executionsOf(intentId: string): Promise<IntentExecution[]> {
  const source = await database.dataSource();
  return source.getRepository(IntentExecution).find({ where: { intentId }, order: { executedAt: 'ASC' } });
}

/** As the scheduler sees it. */
export async function stored(id: string): Promise<ScheduledIntent> {
  return (await database.dataSource()).getRepository(ScheduledIntent).findOneByOrFail({ id });
}

/** The service of intents on a database with two people, by their ids. */
export interface ServedIntents {
  readonly client: Client;
  readonly intents: IntentsService;
  readonly ada: string;
  readonly bob: string;
}

/**
 * Gives each test of the file the service, and a database without intents.
 *
 * @param use takes it, before the first test
 */
export function eachWithoutIntents(use: (served: ServedIntents) => void): void {
  let app: TestingModule;

  beforeAll(async () => {
    database = await migratedDatabase();
    app = await moduleOn(database, IntentsModule);
    client = await database.connect();
    const [ada, bob] = [(await insert(client, 'users')).id, (await insert(client, 'users')).id] as string[];
    use({ client, intents: app.get(IntentsService), ada, bob });
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  beforeEach(() => client.query('DELETE FROM scheduled_intents'));
}
