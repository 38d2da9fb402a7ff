import 'reflect-metadata';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import * as prettier from 'prettier';
import { getMetadataArgsStorage } from 'typeorm';
import { openMemory } from '../../database/embedded';
import { runCommand, UserError } from '../../database/errors';
import { ReadableNamingStrategy } from '../../database/naming-strategy';
import { entities } from '../../entities';
import type { Catalog } from '../generator/catalog';
import { readDocumentation } from '../generator/documentation';
import { catalogOfEntities } from '../generator/entity-schema';
import { outdatedFiles, writePages } from './files';
import { type Page, schemaPages } from './pages';
import type { EntitySource } from './table';

const ENTITIES = join(__dirname, '../../entities');
const DIRECTORY = join(__dirname, '../../../docs/schema');
const SHOWN = relative(process.cwd(), DIRECTORY);

const program = new Command('npm run docs --')
  .description('Writes docs/schema from the entities: a page for each domain. No database is needed.')
  .option('--check', 'write nothing; fail when a file is not as the entities say')
  .action(async ({ check }: { check?: true }) => {
    const pages = await formatted(schemaPages(await readSchema(), entitySources()));
    if (check) refuseOutdated(outdatedFiles(DIRECTORY, pages));
    else writePages(DIRECTORY, pages);
    console.log(`${check ? 'Up to date' : 'Wrote'}: ${SHOWN}, ${pages.length} pages on ${entities.length} tables.`);
  });

/** @throws UserError that names the files */
function refuseOutdated(files: string[]): void {
  if (files.length === 0) return;
  const names = files.map((file) => join(SHOWN, file)).join(', ');
  throw new UserError(`Not as the entities say: ${names}. Run "npm run docs" and commit docs/schema.`);
}

async function readSchema(): Promise<Catalog> {
  const scratch = await openMemory();
  try {
    const options = { type: 'postgres', entities, namingStrategy: new ReadableNamingStrategy() } as const;
    return await catalogOfEntities(options, scratch.url, ENTITIES);
  } finally {
    await scratch.close();
  }
}

function entitySources(): EntitySource[] {
  const documentation = readDocumentation(ENTITIES);
  return entities.map((entity) => {
    const { file, text = '', retention } = documentation.get(entity.name)!;
    const { name } = getMetadataArgsStorage().tables.find(({ target }) => target === entity)!;
    return { table: name!, className: entity.name, file, purpose: text, retention };
  });
}

async function formatted(pages: Page[]): Promise<Page[]> {
  const options = await prettier.resolveConfig(join(DIRECTORY, 'README.md'));
  return Promise.all(
    pages.map(async ({ file, markdown }) => ({
      file,
      markdown: await prettier.format(markdown, { ...options, parser: 'markdown' }),
    })),
  );
}

runCommand(async () => {
  await program.parseAsync();
});
