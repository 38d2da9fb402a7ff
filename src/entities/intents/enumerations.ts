/** What makes an intent fire: the first three have a schedule, the others a condition. */
export const TRIGGER_TYPES = ['cron', 'interval', 'once', 'price', 'silence', 'event', 'calendar', 'news'] as const;
export type TriggerType = (typeof TRIGGER_TYPES)[number];

/** What is done when an intent fires. */
export const ACTION_TYPES = ['notify', 'check_in', 'briefing', 'analysis', 'reminder'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export const ACTION_PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
export type ActionPriority = (typeof ACTION_PRIORITIES)[number];

/** How an execution ended. */
export const EXECUTION_STATUSES = ['success', 'failed', 'gate_blocked', 'condition_not_met'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];
