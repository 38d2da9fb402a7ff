export { Task } from './task.entity';
