import { taskFactory } from './task.factory';

export const tasks = [taskFactory] as const;
