import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { ScheduledIntent } from '../../../src/entities';
import { IntentsModule } from '../../../src/modules/intents/intents.module';
import { IntentsService } from '../../../src/modules/intents/intents.service';
import { REFERENCE_DATE } from '../../../test/modules/fill';
import type { Subject } from './subject';

/** All intents of the demo data are due by then. */
const NOW = new Date(REFERENCE_DATE.getTime() + 3 * 24 * 3_600_000);

export const intents: Subject = {
  name: 'intents',
  module: IntentsModule,
  rows: (rows) => ({ users: rows, scheduled_intents: rows }),
  async calls(app) {
    const service = app.get(IntentsService);
    const repository = app.get<Repository<ScheduledIntent>>(getRepositoryToken(ScheduledIntent));
    const [{ userId, id }] = await repository.find({ take: 1 });
    return {
      'due scan: claimDue(10)': {
        run: () => service.claimDue(10, NOW),
        undo: () =>
          repository.query(
            `UPDATE scheduled_intents SET last_checked = NULL WHERE id IN (
               SELECT id FROM scheduled_intents WHERE enabled AND next_check <= $1 ORDER BY next_check LIMIT 10
             )`,
            [NOW],
          ),
      },
      list: { run: () => service.list(userId) },
      get: { run: () => service.get(userId, id) },
    };
  },
};
