import type { Catalog, Table } from '../catalog/catalog';
import { diagramOf, overviewOf } from './diagram';
import { code, markdownTable, prose } from './markdown';
import { type EntitySource, OTHER_TABLES } from './sources';
import { tableSection } from './table';

/** A file of the documentation. */
export interface Page {
  /** Its name: 'intents.md'. */
  file: string;
  markdown: string;
}

interface Domain {
  /** The folder of its entities: 'intents'. Tables of entities in no such folder are together on one page. */
  name: string;
  tables: { table: Table; source: EntitySource }[];
}

const NOTICE = '<!-- Written by "entity-schema docs" from the entities. Change those, not this. -->';

/**
 * The schema's documentation: an index and a page for each domain, in the order of `sources`.
 *
 * @param catalog the database that the entities describe
 * @param sources where each of its tables is declared
 */
export function schemaPages(catalog: Catalog, sources: readonly EntitySource[]): Page[] {
  const domains = domainsOf(catalog, sources);
  return [
    { file: 'README.md', markdown: indexPage(domains, catalog) },
    ...domains.map((domain) => ({ file: `${domain.name}.md`, markdown: domainPage(domain, catalog) })),
  ];
}

function domainsOf({ tables }: Catalog, declared: readonly EntitySource[]): Domain[] {
  const others = tables.filter(({ name }) => !declared.some(({ table }) => table === name));
  const sources = [...declared, ...others.map(({ name }): EntitySource => ({ table: name, domain: OTHER_TABLES }))];
  const names = new Set(sources.map(({ domain }) => domain));
  return [...names]
    .map((name) => ({
      name,
      tables: sources
        .filter(({ domain }) => domain === name)
        .flatMap((source) => {
          const table = tables.find((one) => one.name === source.table);
          return table ? [{ table, source }] : [];
        }),
    }))
    .filter((domain) => domain.tables.length > 0);
}

function domainPage({ name, tables }: Domain, catalog: Catalog): string {
  return join(
    `# ${title(name)}`,
    NOTICE,
    diagramOf(tables.map(({ table }) => table)),
    ...tables.map(({ table, source }) => tableSection(table, source, catalog)),
    '[All domains](README.md)',
  );
}

function indexPage(domains: Domain[], catalog: Catalog): string {
  const { tables, roles, functions, extensions } = catalog;
  const described = ({ name, comment }: { name: string; comment: string | null }): string =>
    `- ${code(name)}${comment ? `: ${prose(comment)}` : ''}`;
  return join(
    '# The schema',
    NOTICE,
    `${tables.length} table${tables.length === 1 ? '' : 's'}, as the entity classes declare them.`,
    overviewOf(domains.flatMap((domain) => domain.tables.map(({ table }) => table))),
    '## Tables',
    ...domains.flatMap((domain) => [
      `### [${title(domain.name)}](${domain.name}.md)`,
      domain.tables.map(({ source }) => lineOf(domain, source)).join('\n'),
    ]),
    ...chapter('Retention', retentionOf(domains.flatMap((domain) => domain.tables.map(({ source }) => source)))),
    ...chapter('Roles', roles.map(described).join('\n')),
    ...chapter('Functions', functions.map(({ name, comment }) => described({ name: `${name}()`, comment })).join('\n')),
    ...chapter('Extensions', extensions.map(({ name }) => `- ${code(name)}`).join('\n')),
  );
}

/** A chapter under a heading; none where there is nothing to say. */
function chapter(heading: string, body: string): string[] {
  return body ? [`## ${heading}`, body] : [];
}

/** A table with the first sentence of its purpose. */
function lineOf(domain: Domain, { table, purpose }: EntitySource): string {
  const link = `- [${table}](${domain.name}.md#${table.toLowerCase()})`;
  return purpose === undefined ? link : `${link}: ${prose(purpose.split(/(?<=\.) /)[0])}`;
}

function title(domain: string): string {
  return `${domain[0].toUpperCase()}${domain.slice(1)}`;
}

function retentionOf(sources: EntitySource[]): string {
  const kept = sources.filter(({ retention }) => retention !== undefined);
  if (!kept.length) return '';
  const table = markdownTable(
    ['Table', 'Kept'],
    kept.map(({ table, retention }) => [code(table), prose(retention!)]),
  );
  return `${table}\n\nAll other tables keep their rows until they, or the rows they belong to, are deleted.`;
}

function join(...blocks: string[]): string {
  return blocks.join('\n\n');
}
