import type { IntentExecution, ScheduledIntent } from '../../entities';
import { ConflictError } from '../../http/errors/domain-errors';

/** For how long a claim holds, in milliseconds: longer than an intent and those claimed with it take to be executed. */
export const CLAIM_MS = 5 * 60_000;

/** What became of an intent that fired. */
export type Outcome = Pick<IntentExecution, 'status'> &
  Partial<
    Pick<
      IntentExecution,
      | 'triggerData'
      | 'gateResult'
      | 'messageId'
      | 'messagePreview'
      | 'evaluationMs'
      | 'generationMs'
      | 'deliveryMs'
      | 'errorMessage'
    >
  >;

/** What became of a claimed intent. */
export interface Execution {
  /** As it was claimed: `lastChecked` is the time of the claim, by which it is known again. */
  readonly intent: ScheduledIntent;
  readonly outcome: Outcome;
}

/** The execution can't be recorded: it has been already, or the claim has run out and another worker has the intent. */
export class ClaimLostError extends ConflictError {
  constructor({ id, lastChecked }: ScheduledIntent) {
    super(`The claim made on intent ${id} at ${lastChecked?.toISOString()} is no longer open.`);
  }
}
