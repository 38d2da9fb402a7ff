import { join, relative } from 'node:path';
import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { outdatedFiles, writePages } from '../docs/files';
import { type Page, schemaPages } from '../docs/pages';
import { entitySources } from '../docs/sources';
import { UserError } from '../errors';
import type { Catalog } from '../catalog/catalog';
import { catalogOfEntities } from '../catalog/entities';
import { settingsOf } from '../settings';
import { loadDataSource } from '../load-data-source';
import { dataSourceCommand } from './data-source';
import { formatted } from './formatted';
import { needs } from './needs';

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
    .action(async ({ dataSource, check }: Flags) => {
      needs('entity-schema docs', '@entity-backend/embedded-postgres');
      await writeDocs(await loadDataSource(dataSource), check);
    });
}

async function writeDocs(dataSource: DataSource, check?: true): Promise<void> {
  const { docs } = settingsOf(dataSource);
  const catalog = await readSchema(dataSource);
  const pages = await formattedPages(docs, schemaPages(catalog, await entitySources(dataSource)));
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
  const { openMemory } = await import('@entity-backend/embedded-postgres');
  const scratch = await openMemory();
  try {
    return await catalogOfEntities(dataSource.options, scratch.url, settingsOf(dataSource).entities);
  } finally {
    await scratch.close();
  }
}

function formattedPages(folder: string, pages: Page[]): Promise<Page[]> {
  return Promise.all(
    pages.map(async ({ file, markdown }) => ({ file, markdown: await formatted(join(folder, file), markdown) })),
  );
}
