import { join, relative } from 'node:path';
import type { Command } from 'commander';
import * as prettier from 'prettier';
import type { DataSource } from 'typeorm';
import { openMemory } from '@entity-backend/embedded-postgres';
import { outdatedFiles, writePages } from '../docs/files';
import { type Page, schemaPages } from '../docs/pages';
import type { EntitySource } from '../docs/table';
import { UserError } from '../errors';
import type { Catalog } from '../generator/catalog';
import { readDocumentation } from '../generator/documentation';
import { catalogOfEntities } from '../generator/entity-schema';
import { describeRetention } from '../language/retention';
import { settingsOf } from '../settings';
import { entityMetadatasOf, loadDataSource } from '../load-data-source';
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
  const { docs, entities = 'src' } = settingsOf(dataSource);
  const sources = await entitySources(dataSource, entities);
  const pages = await formatted(docs, schemaPages(await readSchema(dataSource), sources));
  const shown = relative(process.cwd(), docs);
  if (check) refuseOutdated(shown, outdatedFiles(docs, pages));
  else writePages(docs, pages);
  console.log(`${check ? 'Up to date' : 'Wrote'}: ${shown}, ${pages.length} pages on ${sources.length} tables.`);
}

/** @throws UserError that names the files */
function refuseOutdated(folder: string, files: string[]): void {
  if (files.length === 0) return;
  const names = files.map((file) => join(folder, file)).join(', ');
  throw new UserError(`Not as the entities say: ${names}. Run "npm run docs" and commit docs/schema.`);
}

async function readSchema(dataSource: DataSource): Promise<Catalog> {
  const scratch = await openMemory();
  try {
    return await catalogOfEntities(dataSource.options, scratch.url, settingsOf(dataSource).entities);
  } finally {
    await scratch.close();
  }
}

async function entitySources(dataSource: DataSource, folder: string): Promise<EntitySource[]> {
  const documentation = readDocumentation(folder);
  return (await entityMetadatasOf(dataSource)).map((metadata) => {
    const { targetName, tableName } = metadata;
    const { file, text = '', retention } = documentation.get(targetName)!;
    return {
      table: tableName,
      className: targetName,
      file,
      purpose: text,
      retention: describeRetention(metadata, retention),
    };
  });
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
