import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { catalogOfEntities } from '../../src/catalog/entities';
import { schemaPages } from '../../src/docs/pages';
import { entitySources } from '../../src/docs/sources';
import { configureSchema, type SchemaSettings } from '../../src/settings';
import { databaseOfFile } from '../databases';
import { Album, Photo, plainEntities, User } from '../sample/plain';

const database = databaseOfFile();

async function pagesOf(settings: SchemaSettings): Promise<Map<string, string>> {
  const dataSource = configureSchema(new DataSource({ type: 'postgres', entities: plainEntities }), settings);
  const catalog = await catalogOfEntities(dataSource.options, database.url, settings.entities);
  const pages = schemaPages(catalog, await entitySources(dataSource));
  return new Map(pages.map(({ file, markdown }) => [file, markdown]));
}

test('without a setting all tables are on one page, those between two others too', async () => {
  const pages = await pagesOf({});
  expect([...pages.keys()]).toEqual(['README.md', 'tables.md']);
  const page = pages.get('tables.md')!;
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual([
    'user',
    'profile',
    'photo',
    'album',
    'photo_albums_album',
  ]);
  expect(page).toContain('## photo\n\nEntity: `Photo`\n\n|');
  expect(page).toContain('## photo_albums_album\n\nConnects photo and album.\n\n|');
  expect(page).not.toContain('undefined');
  const index = pages.get('README.md')!;
  expect(index).toContain('5 tables, as the entity classes declare them.');
  expect(index).toContain('- [photo](tables.md#photo)\n');
  expect(index).not.toMatch(/## (Retention|Roles|Functions|Extensions)/);
  expect(index).not.toContain('undefined');
});

test('entities in the folder have their doc comments; the others are shown without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entities-'));
  try {
    const source = '/** A picture. Of something. */\nexport class Photo {\n  /** Its name. */\n  name: string;\n}\n';
    writeFileSync(join(folder, 'Photo.ts'), source);
    const pages = await pagesOf({ entities: folder, docs: join(folder, 'docs') });
    expect(pages.get('tables.md')).toContain('## photo\n\nA picture. Of something.\n\nEntity: [Photo](../Photo.ts)');
    expect(pages.get('tables.md')).toContain('Its name.');
    expect(pages.get('tables.md')).toContain('## user\n\nEntity: `User`\n\n|');
    expect(pages.get('README.md')).toContain('- [photo](tables.md#photo): A picture.\n- [album]');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the entities stand in the order of the list, whatever order their files were loaded in', async () => {
  const entities = [Album, User, Photo, ...plainEntities];
  const sources = await entitySources(new DataSource({ type: 'postgres', entities }));
  expect(sources.map(({ table }) => table).slice(0, 3)).toEqual(['album', 'user', 'photo']);
});
