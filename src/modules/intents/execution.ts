import type { IntentExecution, ScheduledIntent } from '../../entities';
import { ConflictError } from '../../http/errors/domain-errors';

/** How long a claim lasts. Milliseconds. It must be longer than executing all intents of one claim takes. */
export const CLAIM_MS = 5 * 60_000;

/** The outcome of an intent that fired. */
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

/** The outcome of a claimed intent. */
export interface Execution {
  /** The intent as returned by the claim: its `lastChecked` identifies the claim. */
  readonly intent: ScheduledIntent;
  readonly outcome: Outcome;
}

/** The execution can't be recorded: it is already recorded, or the claim has expired and another worker has the intent. */
export class ClaimLostError extends ConflictError {
  constructor({ id, lastChecked }: ScheduledIntent) {
    super(`The claim made on intent ${id} at ${lastChecked?.toISOString()} is no longer open.`);
  }
}
