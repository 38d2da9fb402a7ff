import { intentExecutionFactory } from './intent-execution.factory';
import { scheduledIntentFactory } from './scheduled-intent.factory';

export const intents = [intentExecutionFactory, scheduledIntentFactory] as const;
