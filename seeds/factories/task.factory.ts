import { Task } from '../../src/entities';
import { defineFactory, perParent } from '../engine/factory';

const VERBS = ['Draft', 'Review', 'Share', 'Print', 'Collect', 'Plan', 'Discuss', 'Update'];
const THINGS = [
  'the exit tickets',
  'the agenda for Thursday',
  'the results of unit 3',
  'the intervention groups',
  'the rubric for the essay',
  'the parent letter',
  'the reading list',
  'the pacing guide',
];
const DETAILS = [
  'Before the team meeting, if possible.',
  'Ask the fourth-grade team for theirs first.',
  'Two pages at most.',
  'Keep last year’s version next to it.',
  'Needs a copy for each table.',
  'See the conversation with the assistant.',
];

export const taskFactory = defineFactory(Task, perParent('user', [4, 3, 5, 2, 6, 0, 3, 4, 2, 5]), {
  title: (_, random) => `${random.pick(VERBS)} ${random.pick(THINGS)}`,
  description: (_, random) => (random.chance(0.4) ? random.pick(DETAILS) : null),
  completed: (_, random) => random.chance(0.55),
  createdAt: ({ user }, random) => random.between(user.createdAt, random.now),
  updatedAt: (task, random) => (task.completed ? random.between(task.createdAt, random.now) : task.createdAt),
});
