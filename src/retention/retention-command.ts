import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { UserError, withoutPassword } from '@entity-backend/schema';
import type { EntityDataSource } from '../database/data-source';
import { FOLDER_MODE } from './archive-file';
import { KEEP_AUDIT_LOGS_YEARS, KEEP_METRICS_YEARS, KEEP_POSTS_DAYS } from './archives';
import type { RowCounts } from './formats';
import { RetentionService } from './retention.service';

interface Flags {
  directory: string;
  dryRun?: true;
  restore?: string;
}

/** The command line of retention: parses `argv`, as process.argv is, and does what it says with the rows of `dataSource`. */
export async function retentionCommand(dataSource: EntityDataSource, argv: readonly string[]): Promise<void> {
  const { directory, dryRun, restore } = new Command('npm run retention --')
    .description(
      'Archives what has been kept for long enough, and then deletes it from the database. It asks nothing, so that it can ' +
        'run every night, and can be killed at any time: the next run goes on.',
    )
    .option('--directory <folder>', 'where the archive is; in production it has to be there', 'archive')
    .option('--dry-run', 'say how many rows would be archived and deleted, and change nothing')
    .option(
      '--restore <file>',
      'put the rows of a file back, after a look at its checksum; the next run archives them anew',
    )
    .addHelpText(
      'after',
      `
What is archived:
  posts        ${KEEP_POSTS_DAYS} days after they were detected, with their decisions and mentions: JSON, 1000 posts a file
  kpi_metrics  after ${KEEP_METRICS_YEARS} years: CSV, a file a quarter
  audit_logs   after ${KEEP_AUDIT_LOGS_YEARS} years: compressed JSON, a file a year
Beside each file is its checksum: sha256sum --check *.sha256. Keep the two together.

Exit codes:
  0  done, or nothing to do
  1  failed, or refused; each row is archived and deleted, or neither: what was begun, the next run finishes
  3  another run is at work on a large batch: try again later`,
    )
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
    .parse(argv)
    .opts<Flags>();

  // Errors are told once, by whoever runs the command.
  dataSource.setOptions({ logging: [] });
  await dataSource.initialize();
  try {
    const retention = new RetentionService(dataSource);
    console.log(`Database: ${withoutPassword(dataSource.url)}`);
    if (restore !== undefined) told('put back', await retention.restore(resolve(restore)));
    else if (dryRun) told('to be archived and deleted', await retention.due());
    else await runAloud(retention, await archiveAt(directory, dataSource));
  } finally {
    await dataSource.destroy();
  }
}

async function runAloud(retention: RetentionService, directory: string): Promise<void> {
  console.log(`Archive: ${directory}`);
  const start = performance.now();
  const files = await retention.run({ directory, report: (line) => console.log(line) });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (files.length === 0) console.log('Nothing has been kept for long enough to be archived.');
  else console.log(`${files.length === 1 ? '1 file' : `${files.length} files`} archived in ${seconds} s.`);
}

/**
 * The folder's path, made where it is missing. In production a folder that is missing is most likely a volume that is not
 * mounted, and what is archived beside it would be lost with the machine.
 */
async function archiveAt(directory: string, { configuration }: EntityDataSource): Promise<string> {
  if (!directory.trim()) throw new UserError('--directory is empty: name the folder of the archive.');
  const path = resolve(directory);
  // A folder that can't be made is not there afterwards.
  if (configuration.nodeEnv !== 'production') await mkdir(path, { mode: FOLDER_MODE }).catch(() => undefined);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UserError(`${path} is no folder: make it, or mount it, or name another one by --directory.`);
  return path;
}

function told(what: string, counts: RowCounts): void {
  for (const [table, count] of counts) console.log(`${table}: ${count} ${count === 1 ? 'row' : 'rows'} ${what}`);
}
