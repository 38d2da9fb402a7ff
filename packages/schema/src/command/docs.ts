import { join, relative } from 'node:path';
import type { Command } from 'commander';
import * as prettier from 'prettier';
import type { DataSource } from 'typeorm';
import { openMemory } from '@entity-backend/embedded-postgres';
import { outdatedFiles, writePages } from '../docs/files';
import { type Page, schemaPages } from '../docs/pages';
import { entitySources } from '../docs/sources';
import { UserError } from '../errors';
import type { Catalog } from '../catalog/catalog';
import { catalogOfEntities } from '../catalog/entities';
import { settingsOf } from '../settings';
import { loadDataSource } from '../load-data-source';
import { dataSourceCommand } from './data-source';

interface Flags {
  dataSource: string;
  check?: true;
}

export function docsCommand(): Command {
  return dataSourceCommand('docs')
    .description(
      'Writes the documentation of the schema from the entities: a page for each folder. No database is needed.',
    )
    .option('--check', 'write nothing; fail when a file is not as the entities say')
    .action(async ({ dataSource, check }: Flags) => writeDocs(await loadDataSource(dataSource), check));
}

async function writeDocs(dataSource: DataSource, check?: true): Promise<void> {
  const { docs } = settingsOf(dataSource);
  const catalog = await readSchema(dataSource);
  const pages = await formatted(docs, schemaPages(catalog, await entitySources(dataSource)));
  const shown = relative(process.cwd(), docs);
  if (check) refuseOutdated(shown, outdatedFiles(docs, pages));
  else writePages(docs, pages);
  console.log(
    `${check ? 'Up to date' : 'Wrote'}: ${shown}, ${count(pages.length, 'page')} on ${count(catalog.tables.length, 'table')}.`,
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** @throws UserError that names the files */
function refuseOutdated(folder: string, files: string[]): void {
  if (files.length === 0) return;
  const names = files.map((file) => join(folder, file)).join(', ');
  throw new UserError(`Not as the entities say: ${names}. Run entity-schema docs and commit what it writes.`);
}

async function readSchema(dataSource: DataSource): Promise<Catalog> {
  const scratch = await openMemory();
  try {
    return await catalogOfEntities(dataSource.options, scratch.url, settingsOf(dataSource).entities);
  } finally {
    await scratch.close();
  }
}

async function formatted(folder: string, pages: Page[]): Promise<Page[]> {
  const options = await prettier.resolveConfig(join(folder, 'README.md'));
  return Promise.all(
    pages.map(async ({ file, markdown }) => ({
      file,
      markdown: await prettier.format(markdown, { ...options, parser: 'markdown' }),
    })),
  );
}
