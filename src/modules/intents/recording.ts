import { type EntityManager } from 'typeorm';
import { ScheduledIntent } from '../../entities';
import { jsonOf, type Refused, writeEach } from '../../http/errors/refused-rows';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { ClaimLostError, type Execution } from './execution';
import { nextCheck } from './next-check';
import { triggerOf } from './triggers';

/**
 * Records the outcomes of claimed intents in one statement. A rejected outcome is recorded as failed, with the reason.
 *
 * @returns the executions that were rejected, or whose claim is no longer open, with the error
 */
export async function recordExecutions(
  manager: EntityManager,
  executions: readonly Execution[],
  now: Date,
): Promise<Refused<Execution>[]> {
  const record = (some: readonly Execution[]) =>
    manager.query<{ id: string }[]>(RECORD, [jsonOf(some.map((one) => recordOf(one, now))), now]);
  const { written, refused } = await writeEach(executions, record);
  await writeEach(refused.map(failureOf), record);
  const ids = new Set(written.map(({ id }) => id));
  const told = new Set(refused.map(({ row }) => row));
  const lost = executions.filter((one) => !ids.has(one.intent.id) && !told.has(one));
  return [...refused, ...lost.map((row) => ({ row, error: new ClaimLostError(row.intent) }))];
}

/** SQL: whether an intent reaches max_executions with the execution that is being recorded. */
const FIRED_ENOUGH = `CASE WHEN max_executions IS NULL OR status = 'condition_not_met' THEN false ELSE max_executions <= 1 + (
    SELECT count(*) FROM intent_executions AS past WHERE past.intent_id = intent.id AND past.status <> 'condition_not_met'
  ) END`;

/**
 * A claim is open from last_checked until an execution is recorded after it. If the author has changed the trigger in the
 * meantime, next_check differs from that of the claim, and is kept. (A Date has no microseconds.)
 */
const RECORD = `
  WITH execution AS (
    SELECT * FROM json_to_recordset($1) AS execution (
      intent_id uuid, claimed_at timestamptz, due_at timestamptz, next_check timestamptz,
      trigger_type text, trigger_data jsonb, status text, gate_result jsonb, message_id uuid,
      message_preview text, evaluation_ms integer, generation_ms integer, delivery_ms integer, error_message text
    )
  ), recorded AS (
    UPDATE scheduled_intents AS intent
    SET last_executed = greatest($2, intent.last_checked),
        execution_count = execution_count + 1,
        last_execution_status = status,
        last_execution_error = error_message,
        last_message_id = message_id,
        next_check = CASE
          WHEN ${FIRED_ENOUGH} THEN NULL
          WHEN date_trunc('milliseconds', intent.next_check) = due_at THEN execution.next_check
          ELSE intent.next_check
        END,
        enabled = enabled
          AND NOT ${FIRED_ENOUGH}
          AND NOT (date_trunc('milliseconds', intent.next_check) = due_at AND execution.next_check IS NULL)
    FROM execution
    WHERE intent.id = intent_id AND last_checked = claimed_at AND (last_executed < last_checked) IS NOT FALSE
    RETURNING intent.id, intent.user_id, intent.last_executed, execution.*
  )
  INSERT INTO intent_executions (
    intent_id, user_id, executed_at, trigger_type, trigger_data, status, gate_result, message_id,
    message_preview, evaluation_ms, generation_ms, delivery_ms, error_message
  )
  SELECT id, user_id, last_executed, trigger_type, trigger_data, status, gate_result, message_id,
    message_preview, evaluation_ms, generation_ms, delivery_ms, error_message
  FROM recorded
  RETURNING intent_id AS id`;

function recordOf({ intent, outcome }: Execution, now: Date): object {
  return {
    intent_id: intent.id,
    claimed_at: intent.lastChecked,
    due_at: intent.nextCheck,
    next_check: followingCheck(intent, now),
    trigger_type: intent.triggerType,
    trigger_data: outcome.triggerData,
    status: outcome.status,
    gate_result: outcome.gateResult,
    message_id: outcome.messageId,
    message_preview: outcome.messagePreview,
    evaluation_ms: outcome.evaluationMs,
    generation_ms: outcome.generationMs,
    delivery_ms: outcome.deliveryMs,
    error_message: outcome.errorMessage,
  };
}

/** The execution to record when the outcome is rejected. */
function failureOf({ row: { intent }, error }: Refused<Execution>): Execution {
  return { intent, outcome: { status: 'failed', errorMessage: `The outcome can't be recorded: ${error.message}` } };
}

/** The next check; null for an invalid trigger that was not written by this service, so that it doesn't stop other records. */
function followingCheck(intent: ScheduledIntent, now: Date): Date | null {
  try {
    // The clock of the claim may have been ahead.
    const from = intent.lastChecked && intent.lastChecked > now ? intent.lastChecked : now;
    return nextCheck(triggerOf(intent), from, intent.nextCheck ?? from);
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
}
