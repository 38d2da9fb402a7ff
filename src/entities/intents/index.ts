export { IntentExecution } from './intent-execution.entity';
export { ScheduledIntent } from './scheduled-intent.entity';
