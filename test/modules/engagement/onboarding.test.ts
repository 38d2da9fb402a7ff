import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { MessageQueueService } from '../../../src/modules/engagement/message-queue.service';
import { OnboardingService } from '../../../src/modules/engagement/onboarding.service';
import { ConflictError, InvalidInputError } from '../../../src/http/errors/domain-errors';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { insert } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const MINUTE = 60_000;
const NOW = new Date('2026-03-01T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let queue: MessageQueueService;
let onboarding: OnboardingService;
let ada: string;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, EngagementModule);
  queue = app.get(MessageQueueService);
  onboarding = app.get(OnboardingService);
});

beforeEach(async () => {
  await client.query('DELETE FROM users');
  ada = (await insert(client, 'users')).id as string;
});

afterAll(async () => {
  await app.close();
  await database.close();
});

/** A time after NOW. */
function later(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}

describe('onboarding', () => {
  async function told(): Promise<unknown[]> {
    const claimed = await queue.claim(100, new Date(Date.now() + MINUTE));
    return claimed.map(({ messageType, messageParams }) => [messageType, messageParams.tier]).sort();
  }

  it('unlocks tier after tier, and tells each once', async () => {
    expect(await onboarding.recordStep(ada, 'first_question')).toMatchObject({ onboardingTier: 1 });
    expect(await onboarding.recordStep(ada, 'first_question')).toMatchObject({ onboardingTier: 1 });
    expect(await told()).toEqual([['tier_unlock', 1]]);
    expect(await onboarding.recordStep(ada, 'first_task')).toMatchObject({ onboardingTier: 2 });
    expect(await onboarding.recordStep(ada, 'first_intent')).toMatchObject({
      onboardingTier: 3,
      onboardingTierProgress: {},
    });
    expect(await onboarding.recordStep(ada, 'first_intent')).toMatchObject({ onboardingTier: 3 });
    expect(await told()).toEqual([
      ['tier_unlock', 2],
      ['tier_unlock', 3],
    ]);
  });

  it('keeps the share of a step that has been done, which never falls', async () => {
    await onboarding.recordStep(ada, 'first_question', 0.6);
    expect(await onboarding.recordStep(ada, 'first_question', 0.3)).toMatchObject({
      onboardingTier: 0,
      onboardingTierProgress: { first_question: 0.6 },
    });
    expect(await told()).toEqual([]);
  });

  it('counts steps that were done beforehand', async () => {
    await onboarding.recordStep(ada, 'first_task');
    expect(await onboarding.recordStep(ada, 'first_question')).toMatchObject({ onboardingTier: 2 });
    expect(await told()).toEqual([
      ['tier_unlock', 1],
      ['tier_unlock', 2],
    ]);
  });

  it('unlocks without a word for who has opted out', async () => {
    await queue.setOptOut(ada, true);
    expect(await onboarding.recordStep(ada, 'first_question')).toMatchObject({ onboardingTier: 1 });
    expect(await told()).toEqual([]);
  });

  it('remembers the first magic moment', async () => {
    expect(await onboarding.recordMagicMoment(ada, NOW)).toMatchObject({ magicMomentAt: NOW });
    expect(await onboarding.recordMagicMoment(ada, later(1))).toMatchObject({ magicMomentAt: NOW });
    expect(await told()).toEqual([['magic_moment', undefined]]);
  });

  it('refuses what is none', async () => {
    await expect(onboarding.recordStep(ada, 'last_step' as 'first_task')).rejects.toThrow(InvalidInputError);
    await expect(onboarding.recordStep(ada, 'first_task', 1.1)).rejects.toThrow(InvalidInputError);
    await expect(onboarding.recordStep(ada, 'first_task', NaN)).rejects.toThrow(InvalidInputError);
    await expect(onboarding.recordStep(NOBODY, 'first_task')).rejects.toThrow(ConflictError);
    await expect(onboarding.recordMagicMoment(NOBODY)).rejects.toThrow(ConflictError);
  });
});
