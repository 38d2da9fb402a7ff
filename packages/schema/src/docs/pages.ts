import type { Catalog, Table } from '../catalog/catalog';
import { diagramOf, overviewOf } from './diagram';
import { code, markdownTable, prose } from './markdown';
import { type EntitySource, tableSection } from './table';

/** A file of the documentation. */
export interface Page {
  /** Its name: 'intents.md'. */
  file: string;
  markdown: string;
}

interface Domain {
  /** The folder of its entities: 'intents'. */
  name: string;
  tables: { table: Table; source: EntitySource }[];
}

const NOTICE = '<!-- Written by "npm run docs" from the entities. Change those, not this. -->';

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

function domainsOf({ tables }: Catalog, sources: readonly EntitySource[]): Domain[] {
  const domains = new Set(sources.map(domainOf));
  return [...domains].map((name) => ({
    name,
    tables: sources
      .filter((source) => domainOf(source) === name)
      .map((source) => ({ table: tables.find((table) => table.name === source.table)!, source })),
  }));
}

function domainOf({ file }: EntitySource): string {
  return file.split('/')[0];
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
  return join(
    '# The schema',
    NOTICE,
    `${catalog.tables.length} tables. Each is declared on one entity class, and all that is written here is read from there. ` +
      'A number in parentheses names the document that asks for it: see [Where the rules come from](../../README.md#where-the-rules-come-from).',
    overviewOf(domains.flatMap(({ tables }) => tables.map(({ table }) => table))),
    '## Tables',
    ...domains.flatMap(({ name, tables }) => [
      `### [${title(name)}](${name}.md)`,
      tables.map(({ source }) => `- [${source.table}](${name}.md#${source.table}): ${summaryOf(source)}`).join('\n'),
    ]),
    '## Retention',
    retentionOf(domains.flatMap(({ tables }) => tables.map(({ source }) => source))),
    '## Roles',
    catalog.roles.map(({ name, comment }) => `- ${code(name)}: ${prose(comment ?? '')}`).join('\n'),
    '## Trigger functions',
    catalog.functions.map(({ name, comment }) => `- ${code(`${name}()`)}: ${prose(comment ?? '')}`).join('\n'),
    '## Extensions',
    catalog.extensions.map(({ name }) => `- ${code(name)}`).join('\n'),
  );
}

function title(domain: string): string {
  return `${domain[0].toUpperCase()}${domain.slice(1)}`;
}

/** The first sentence of a table's purpose. */
function summaryOf({ purpose }: EntitySource): string {
  return prose(purpose.split(/(?<=\.) /)[0]);
}

function retentionOf(sources: EntitySource[]): string {
  const kept = sources.filter(({ retention }) => retention !== undefined);
  const table = markdownTable(
    ['Table', 'Kept'],
    kept.map(({ table, retention }) => [code(table), prose(retention!)]),
  );
  return `${table}\n\nThe rows of the other tables stay until somebody deletes them, or what they belong to.`;
}

function join(...blocks: string[]): string {
  return blocks.join('\n\n');
}
