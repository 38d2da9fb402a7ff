import { Command, InvalidArgumentError } from 'commander';
import { UserError } from './errors';
import { serve } from './serve';

const program = new Command('embedded-postgres').description(
  'PostgreSQL for development and tests, with nothing to install.',
);

program
  .command('serve')
  .description('Keeps the database of a folder running until Ctrl-C, for psql and other clients.')
  .option('--directory <folder>', 'the data folder; created if it is missing', '.data')
  .option('--port <number>', 'the port to listen on; if it is in use, any free port (default: 54329)', port)
  .allowExcessArguments(false)
  .action(({ directory, port }: { directory: string; port?: number }) => serve(directory, port));

function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('Give a whole number from 1 to 65535.');
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
});
