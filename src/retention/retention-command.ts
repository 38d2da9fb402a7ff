import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { entityMetadatasOf, UserError, withoutPassword } from '@entity-backend/schema';
import type { EntityDataSource } from '../database/data-source';
import { FOLDER_MODE } from './archive-file';
import { archivesOf, ROWS_A_FILE } from './archives';
import type { RowCounts } from './formats';
import { RetentionService } from './retention.service';

interface Flags {
  directory: string;
  dryRun?: true;
  restore?: string;
}

/** The command line of retention: parses `argv`, which is like process.argv, and acts on the rows of `dataSource`. */
export async function retentionCommand(dataSource: EntityDataSource, argv: readonly string[]): Promise<void> {
  // The help lists what the entities declare, and works without a database.
  await entityMetadatasOf(dataSource);
  const { directory, dryRun, restore } = new Command('npm run retention --')
    .description(
      'Archives rows that have been kept long enough, then deletes them from the database. It asks no questions, so it can ' +
        'run every night. It can be stopped at any time: the next run continues.',
    )
    .option('--directory <folder>', 'the folder of the archive; in production it must exist', 'archive')
    .option('--dry-run', 'print how many rows would be archived and deleted, and change nothing')
    .option(
      '--restore <file>',
      'check a file against its checksum and put its rows back; the next run archives them again',
    )
    .addHelpText('after', help(dataSource))
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
    .parse(argv)
    .opts<Flags>();

  // Whoever runs the command prints its errors, once.
  dataSource.setOptions({ logging: [] });
  await dataSource.initialize();
  try {
    const retention = new RetentionService(dataSource);
    console.log(`Database: ${withoutPassword(dataSource.url)}`);
    if (restore !== undefined) print('put back', await retention.restore(resolve(restore)));
    else if (dryRun) print('to be archived and deleted', await retention.due());
    else await runAloud(retention, await archiveAt(directory, dataSource));
  } finally {
    await dataSource.destroy();
  }
}

function help(dataSource: EntityDataSource): string {
  const archives = archivesOf(dataSource);
  const width = Math.max(...archives.map(({ name }) => name.length));
  return `
How long rows are kept:
${archives.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`).join('\n')}
A file has up to ${ROWS_A_FILE} rows, unless it is one of a month, quarter or year. Each file has its checksum beside it. Keep the
two together, and check them with: sha256sum --check *.sha256

Exit codes:
  0  done, or nothing to do
  1  failed or refused; no row is lost, and the next run finishes what was begun
  3  another run is archiving a large batch: try again later`;
}

async function runAloud(retention: RetentionService, directory: string): Promise<void> {
  console.log(`Archive: ${directory}`);
  const start = performance.now();
  const files = await retention.run({ directory, report: (line) => console.log(line) });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (files.length === 0) console.log('No rows have been kept long enough to be archived.');
  else console.log(`${files.length === 1 ? '1 file' : `${files.length} files`} archived in ${seconds} s.`);
}

/**
 * The folder's path. A missing folder is created, but not in production: there it is most likely a volume that is not
 * mounted, and what is archived in its place would be lost with the machine.
 */
async function archiveAt(directory: string, { configuration }: EntityDataSource): Promise<string> {
  if (!directory.trim()) throw new UserError('--directory is empty. Name the folder of the archive.');
  const path = resolve(directory);
  // If this fails, the folder is missing below.
  if (configuration.nodeEnv !== 'production') await mkdir(path, { mode: FOLDER_MODE }).catch(() => undefined);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UserError(`${path} is not a folder. Create it, mount it, or name another one with --directory.`);
  return path;
}

function print(what: string, counts: RowCounts): void {
  for (const [table, count] of counts) console.log(`${table}: ${count} ${count === 1 ? 'row' : 'rows'} ${what}`);
}
