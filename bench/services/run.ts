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
    'Measures the services beside graphile-worker and pg-boss, and beside the same SQL through bare pg. It takes ' +
      'DATABASE_URL of a server (a superuser there), on which it makes databases of its own and drops them. Once: npm ci --prefix bench.',
  )
  .option('--only <part>', `one of ${PARTS.join(', ')}; default: all of them`, part)
  .option('--jobs <n>', 'how many jobs the queues are drained of', wholeNumber, 10_000)
  .option('--rounds <n>', 'how often each queue is drained; medians are printed', wholeNumber, 7)
  .option('--calls <n>', 'how often each service is called; medians are printed', wholeNumber, 300)
  .option('--rows <n>', `how large the large tables are; the small ones have ${SMALL} rows`, moreThanSmall, 1_000_000)
  .parse()
  .opts<Options>();

runCommand(async () => {
  if (!process.env.DATABASE_URL) throw new UserError('DATABASE_URL is not set: give that of a PostgreSQL server.');
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
