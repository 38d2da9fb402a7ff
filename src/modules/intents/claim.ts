import type { IntentExecution, ScheduledIntent } from '../../entities';
import { ConflictError } from '../errors/domain-errors';

/** For how long a claim holds, in milliseconds: longer than an intent and those claimed with it take to be executed. */
export const CLAIM_MS = 5 * 60_000;

/** A due intent in the hands of one worker: nobody else gets it until `intent.nextCheck`, when the claim runs out. */
export interface Claim {
  /** As it was when it was claimed; `lastChecked` is the time of the claim, by which it is known again. */
  readonly intent: ScheduledIntent;
  /** When it was to fire. */
  readonly dueAt: Date;
}

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

/** A claim and what came of it. */
export interface Execution extends Claim {
  readonly outcome: Outcome;
}

/** The execution can't be recorded: it has been already, or the claim has run out and another worker has the intent. */
export class ClaimLostError extends ConflictError {
  constructor({ intent }: Claim) {
    super(`The claim of ${intent.lastChecked?.toISOString()} on intent ${intent.id} is not open any more.`);
  }
}
