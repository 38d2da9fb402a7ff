import { dirname } from 'node:path';
import type { DataSource } from 'typeorm';

/** What the commands want to know beyond the options of a DataSource. */
export interface SchemaSettings {
  /** The folder of the entities' sources, whose doc comments become COMMENTs. Default: none. */
  readonly entities?: string;
  /** The folder that new migrations are written to. Default: that of the first glob in the option `migrations`. */
  readonly migrations?: string;
  /** The folder that `docs` writes. Default: docs/schema in the working directory. */
  readonly docs?: string;
  /** The URL of an empty database to build schemas in, where the login may not create one. What is built there is rolled back. */
  readonly scratchUrl?: string;
  /** Gives the URL of the database, password included. Default: that of the DataSource's options. */
  readonly url?: () => string;
  /**
   * The rules of `check` that the project chooses, by their names. Default: those about dangers, such as a locked table or
   * lost rows. Conventions, such as a comment on each column, have to be switched on.
   */
  readonly rules?: RuleSettings;
}

/** A rule's name, and whether it counts, or which objects it leaves out: `{ 'no-comment': { except: ['tasks.title'] } }`. */
export type RuleSettings = Readonly<Record<string, boolean | { readonly except: readonly string[] }>>;

const settings = new WeakMap<DataSource, SchemaSettings>();

/** Says for a DataSource what the commands want to know beyond its options, and returns it. */
export function configureSchema<D extends DataSource>(dataSource: D, own: SchemaSettings): D {
  settings.set(dataSource, own);
  return dataSource;
}

/** What `configureSchema` has been told, completed by the defaults. */
export function settingsOf(
  dataSource: DataSource,
): SchemaSettings & Required<Pick<SchemaSettings, 'migrations' | 'docs' | 'rules'>> {
  const own = settings.get(dataSource) ?? {};
  return { docs: 'docs/schema', rules: {}, ...own, migrations: own.migrations ?? folderOfMigrations(dataSource) };
}

function folderOfMigrations({ options: { migrations } }: DataSource): string {
  const [first] = Object.values(migrations ?? []);
  // The folders of a glob before its first pattern.
  return typeof first === 'string' ? dirname(first.replace(/[*?[{].*$/, 'x')) : 'src/migrations';
}
