import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { UserError } from '../errors';
import { type Hazard, HAZARD_KINDS, type HazardKind } from '../changes/hazards';
import type { Stage } from '../plan/stages';
import { type Acknowledgements, migrationFiles } from '../migrations/files';
import { stagesToEntities } from '../plan/stages-to-entities';
import { settingsOf } from '../settings';
import { loadDataSource } from '../load-data-source';
import { dataSourceCommand } from './data-source';
import { formatted } from './formatted';

/** Of a migration to be written. */
interface Place {
  name: string;
  /** Default: as the settings of the DataSource say. */
  folder?: string;
}

interface Flags {
  dataSource: string;
  acknowledge?: Acknowledgements;
}

export function generateCommand(): Command {
  return dataSourceCommand('generate')
    .description(
      'Writes the migrations that change the connected database into what the entities declare: one or more files.\n' +
        'The database must have run all existing migrations.',
    )
    .argument(
      '<name>',
      'what the change does, in CamelCase: AddDueDateToTasks; put a folder before it to write it there',
      parseName,
    )
    .option(
      '--acknowledge <danger=reason>',
      `accept a danger, such as drop-column="Nobody has read it since version 3"; repeat it for others. Dangers: ${HAZARD_KINDS.join(', ')}`,
      acknowledge,
    )
    .action(async ({ name, folder }: Place, { dataSource: file, acknowledge = {} }: Flags) => {
      if (!folder) refuseCompiled(file, name);
      await generate(await loadDataSource(file), { name, folder }, acknowledge);
    });
}

async function generate(
  dataSource: DataSource,
  { name, folder = settingsOf(dataSource).migrations }: Place,
  acknowledgements: Acknowledgements,
): Promise<void> {
  await dataSource.initialize();
  try {
    if (await dataSource.showMigrations()) {
      throw new UserError(
        'The database has not run all migrations yet, so the change would be written twice. First: entity-schema migrate',
      );
    }
    const stages = await stagesToEntities(dataSource);
    refuseUnacknowledged(stages, acknowledgements);
    await writeMigrations(folder, name, stages, acknowledgements);
  } finally {
    await dataSource.destroy();
  }
}

async function writeMigrations(
  folder: string,
  name: string,
  stages: Stage[],
  acknowledgements: Acknowledgements,
): Promise<void> {
  if (!stages.length) {
    console.log('No changes: the database is as the entities say.');
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const { fileName, source } of migrationFiles(name, Date.now(), stages, acknowledgements)) {
    const path = join(folder, fileName);
    await writeFile(path, await formatted(path, source), { flag: 'wx' });
    console.log(`Wrote ${relative(process.cwd(), path)}`);
  }
  for (const { summary } of stages.flatMap(({ up }) => up)) console.log(`  ${summary}`);
  console.log('Next: read it, run it (migrate), check it (check), and commit it with the entities.');
}

/** @throws UserError that says each danger and how to accept it */
function refuseUnacknowledged(stages: Stage[], acknowledgements: Acknowledgements): void {
  const hazards = new Map<HazardKind, { summary: string; hazard: Hazard }>();
  for (const { summary, hazard } of stages.flatMap(({ up }) => up)) {
    if (hazard && !acknowledgements[hazard.kind]) hazards.set(hazard.kind, { summary, hazard });
  }
  if (!hazards.size) return;
  const lines = [...hazards.values()].map(
    ({ summary, hazard }) =>
      `${summary}. ${hazard.message} To write it all the same: --acknowledge ${hazard.kind}="<why>"`,
  );
  throw new UserError(lines.join('\n'));
}

/** @throws UserError: beside compiled entities the next build would delete a migration, and nobody would commit it */
function refuseCompiled(file: string, name: string): void {
  if (/\.[cm]?js$/.test(file))
    throw new UserError(`${file} is JavaScript. Say which folder the migration belongs to: src/migrations/${name}`);
}

function parseName(path: string): Place {
  const name = basename(path);
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name))
    throw new UserError(`"${name}" is not a valid migration name: use CamelCase, as in AddDueDateToTasks.`);
  return { name, folder: path === name ? undefined : dirname(path) };
}

function acknowledge(value: string, known: Acknowledgements = {}): Acknowledgements {
  const [, kind, reason] = /^([a-z-]+)=(.+)$/s.exec(value) ?? [];
  if (!kind || !reason)
    throw new UserError(`--acknowledge needs a danger and a reason: --acknowledge drop-column="<why>"`);
  if (!HAZARD_KINDS.some((known) => known === kind))
    throw new UserError(`There is no danger "${kind}" to acknowledge: choose from ${HAZARD_KINDS.join(', ')}.`);
  return { ...known, [kind]: reason };
}
