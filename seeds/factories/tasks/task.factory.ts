import { Task } from '../../../src/entities';
import { defineFactory, perParent, type Random } from '@entity-backend/seeding';
import { workOf } from '../identity/rhythms';
import { GRADES, SUBJECTS } from '../conversations/topics';

const VERBS = ['Draft', 'Review', 'Share', 'Print', 'Collect', 'Plan', 'Discuss', 'Update', 'Check', 'Send', 'Finish'];
const THINGS = [
  ...['exit tickets', 'agenda', 'results', 'intervention groups', 'rubric', 'parent letter', 'reading list'],
  ...['pacing guide', 'seating plan', 'vocabulary cards', 'lesson plan', 'quiz', 'homework', 'project brief'],
];
const PURPOSES: ((random: Random) => string)[] = [
  (random) => ` for unit ${random.int(1, 9)}, ${random.pick(GRADES)}`,
  (random) => ` for ${random.pick(GRADES)} ${random.pick(SUBJECTS)}`,
  (random) => ` (${random.pick(SUBJECTS)}, week ${random.int(2, 36)})`,
  (random) => ` of unit ${random.int(1, 9)} in ${random.pick(SUBJECTS)}`,
];
const DETAILS: ((random: Random) => string)[] = [
  (random) => `Before the team meeting in week ${random.int(2, 36)}, if possible.`,
  (random) => `Ask the ${random.pick(GRADES)} team for theirs first.`,
  (random) => `${random.int(2, 6)} pages at most.`,
  () => 'Keep last year’s version next to it.',
  (random) => `Needs ${random.int(18, 32)} copies.`,
  () => 'See the conversation with the assistant.',
];

export const taskFactory = defineFactory(Task, perParent('user', [4, 3, 5, 2, 6, 0, 3, 4, 2, 5, 1, 12, 0]), {
  title: (_, random) => `${random.pick(VERBS)} the ${random.pick(THINGS)}${random.pick(PURPOSES)(random)}`,
  description: (_, random) => (random.chance(0.4) ? random.pick(DETAILS)(random) : null),
  completed: (_, random) => random.chance(0.55),
  createdAt: ({ user }, random) => random.rhythmic(user.createdAt, random.now, workOf(user)),
  updatedAt: (task, random) =>
    task.completed ? random.rhythmic(task.createdAt, random.now, workOf(task.user)) : task.createdAt,
});
