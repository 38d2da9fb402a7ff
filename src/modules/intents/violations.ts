import { InvalidInputError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class TriggerIncompleteError extends InvalidInputError {}

declareViolations('intents', {
  chk_scheduled_intents_trigger: means(
    TriggerIncompleteError,
    'A cron, interval or once trigger needs a triggerSchedule, any other trigger a triggerCondition.',
  ),
});
