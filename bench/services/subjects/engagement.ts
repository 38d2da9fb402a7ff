import { DataSource } from 'typeorm';
import { EngagementModule } from '../../../src/modules/engagement/engagement.module';
import { EngagementService } from '../../../src/modules/engagement/engagement.service';
import { MessageQueueService } from '../../../src/modules/engagement/message-queue.service';
import { REFERENCE_DATE } from '../../../test/modules/fill';
import type { Subject } from './subject';

/** How many people a tick moves, and how many messages a claim takes: of the demo data nothing is due at that time. */
const DUE = 10;

export const engagement: Subject = {
  name: 'engagement',
  module: EngagementModule,
  // Of the people only those are there whom the calls are about.
  rows: (rows) => ({ users: 100, user_profiles: rows, user_engagement_states: rows, engagement_message_queue: rows }),
  async calls(app) {
    const [engagement, queue] = [app.get(EngagementService), app.get(MessageQueueService)];
    const database = app.get(DataSource);
    const ids = async (sql: string): Promise<string[]> =>
      (await database.query<{ id: string }[]>(sql)).map(({ id }) => id);
    const [userId, ...leaving] = await ids(`SELECT id FROM users ORDER BY id LIMIT ${1 + DUE}`);
    const [inHand, ...due] = await ids(
      `SELECT id FROM engagement_message_queue WHERE status = 'pending' ORDER BY id LIMIT ${1 + DUE}`,
    );
    const makeActive = () =>
      database.query(
        `WITH message AS (
           DELETE FROM engagement_message_queue WHERE user_id = $1 AND idempotency_key LIKE 'transition:%'
         )
         UPDATE user_engagement_states
         SET state = 'active', last_activity_at = $2, goodbye_expires_at = NULL, remind_at = NULL WHERE user_id = $1`,
        [userId, REFERENCE_DATE],
      );
    const makeLeave = () =>
      database.query(
        `UPDATE user_engagement_states SET state = 'goodbye_sent', goodbye_expires_at = $2 WHERE user_id = ANY($1)`,
        [leaving, REFERENCE_DATE],
      );
    const makeDue = () =>
      database.query(`UPDATE engagement_message_queue SET scheduled_for = $2, retry_count = 0 WHERE id = ANY($1)`, [
        due,
        REFERENCE_DATE,
      ]);
    for (const prepare of [() => queue.setOptOut(userId, false), makeActive, makeLeave, makeDue]) await prepare();
    return {
      transition: {
        run: () => engagement.transition(userId, 'goodbye_sent', { trigger: 'user_left' }, REFERENCE_DATE),
        undo: makeActive,
      },
      [`tick: ${DUE} people`]: { run: () => engagement.tick(REFERENCE_DATE), undo: makeLeave },
      enqueue: {
        run: () =>
          queue.enqueue({
            userId,
            messageType: 'weekly_review',
            messageKey: 'engagement.weekly_review.short',
            scheduledFor: new Date(REFERENCE_DATE.getTime() + 24 * 3_600_000),
            idempotencyKey: 'bench',
          }),
        undo: () => database.query(`DELETE FROM engagement_message_queue WHERE idempotency_key = 'bench'`),
      },
      [`claim(${DUE})`]: { run: () => queue.claim(DUE, REFERENCE_DATE), undo: makeDue },
      'complete: markSent': {
        run: () => queue.markSent({ id: inHand }, REFERENCE_DATE),
        undo: () =>
          database.query(`UPDATE engagement_message_queue SET status = 'pending', sent_at = NULL WHERE id = $1`, [
            inHand,
          ]),
      },
    };
  },
};
