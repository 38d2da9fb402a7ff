import 'reflect-metadata';
import { Command, InvalidArgumentError } from 'commander';
import { runCommand, UserError } from '@entity-backend/schema';
import { compareCalls } from './calls';
import { compareQueues } from './queues';
import { conversations } from './subjects/conversations';
import { engagement } from './subjects/engagement';
import { intents } from './subjects/intents';
import { social } from './subjects/social';

/** One file a domain in subjects/. */
const SUBJECTS = [conversations, engagement, intents, social];
const QUEUES = 'queues';
const PARTS = [QUEUES, ...SUBJECTS.map(({ name }) => name)];

interface Options {
  only?: string;
  jobs: number;
  rounds: number;
  calls: number;
  rows: number;
}

/** How many rows the small tables have, which the large ones are compared with. */
const SMALL = 10_000;

const options = new Command('npm run bench:services --')
  .description(
    'Compares the services with graphile-worker and pg-boss, and with the same SQL sent through pg. Needs ' +
      'DATABASE_URL of a server, as a superuser; creates and drops its own databases there. Run npm ci --prefix bench once before.',
  )
  .option('--only <part>', `one of ${PARTS.join(', ')} (default: all)`, part)
  .option('--jobs <n>', 'the number of jobs in each queue', wholeNumber, 10_000)
  .option('--rounds <n>', 'how often to drain each queue; prints medians', wholeNumber, 7)
  .option('--calls <n>', 'how often to call each service; prints medians', wholeNumber, 300)
  .option(
    '--rows <n>',
    `the number of rows in the large tables; the small ones have ${SMALL}`,
    moreThanSmall,
    1_000_000,
  )
  .parse()
  .opts<Options>();

runCommand(async () => {
  if (!process.env.DATABASE_URL)
    throw new UserError('DATABASE_URL is not set: set it to the URL of a PostgreSQL server.');
  const wanted = (name: string) => options.only === undefined || options.only === name;
  if (wanted(QUEUES)) await compareQueues(options.jobs, options.rounds);
  for (const subject of SUBJECTS) {
    if (wanted(subject.name)) await compareCalls(subject, [SMALL, options.rows], options.calls);
  }
});

function part(text: string): string {
  if (PARTS.includes(text)) return text;
  throw new InvalidArgumentError(`Give one of ${PARTS.join(', ')}.`);
}

function moreThanSmall(text: string): number {
  const number = wholeNumber(text);
  if (number <= SMALL) throw new InvalidArgumentError(`Give a whole number above ${SMALL}.`);
  return number;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a whole number above 0.');
}
