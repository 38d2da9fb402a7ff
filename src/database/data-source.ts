import { Client, type ClientConfig } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { type EmbeddedDatabase, openEmbedded } from '@entity-backend/embedded-postgres';
import {
  configureSchema,
  EntitySchemaBuilder,
  explainError,
  ReadableNamingStrategy,
  type SchemaSettings,
  withoutPassword,
} from '@entity-backend/schema';
import type { Configuration } from './configuration';
import { PROJECT } from './project';
import { SecretFile } from './secret';
import { WellFormedText } from './well-formed';

/** How long a new connection, or a free one of the pool, is waited for. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The embedded PostgreSQL has one session: a process waits until another one's transaction has ended. */
const EMBEDDED_CONNECT_TIMEOUT_MS = 60_000;
/** After how long the server ends a transaction that its client has forgotten. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

interface EntityDataSourceOptions extends Pick<DataSourceOptions, 'entities' | 'migrations'> {
  /** What the commands of @entity-backend/schema want to know besides. */
  schema?: SchemaSettings;
}

/**
 * TypeORM's DataSource for a configuration: a pool of connections to its PostgreSQL, names by ReadableNamingStrategy,
 * a transaction for each migration. Without a server in the configuration `initialize` starts the embedded one (or joins
 * it, where another process has) and `destroy` lets go of it.
 */
export class EntityDataSource extends DataSource {
  private readonly secret?: SecretFile;
  private embedded?: EmbeddedDatabase;

  /** @throws ConfigurationError when the secret file is wrong */
  constructor(
    readonly configuration: Configuration,
    private readonly composition: EntityDataSourceOptions,
  ) {
    const { entities, migrations, schema } = composition;
    const replicas = configuration.databaseReplicaUrls.map((url) => ({ url: withTls(url, configuration) }));
    super({
      type: 'postgres',
      entities,
      migrations,
      subscribers: [WellFormedText],
      migrationsTransactionMode: 'each',
      namingStrategy: new ReadableNamingStrategy(),
      // gen_random_uuid() of the server itself: no extension is needed, and a migration makes those that are.
      uuidExtension: 'pgcrypto',
      installExtensions: false,
      logging: configuration.databaseLog,
      applicationName: PROJECT.name,
      poolSize: configuration.embedded ? 1 : configuration.databasePoolSize,
      connectTimeoutMS: configuration.embedded ? EMBEDDED_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS,
      ...(replicas.length > 0 && { replication: { master: {}, slaves: replicas } }),
      extra: {
        Client: clientOf(() => this.url),
        ssl: configuration.databaseSsl,
        statement_timeout: configuration.databaseStatementTimeoutMs,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
        // A pool that nobody uses does not keep the process from ending.
        allowExitOnIdle: true,
      },
    });
    if (configuration.databaseSecretFile) this.secret = new SecretFile(configuration.databaseSecretFile);
    configureSchema(this, { ...schema, url: () => this.url, scratchUrl: configuration.scratchDatabaseUrl });
    // What TypeORM's own commands, and `synchronize`, find the difference with.
    this.driver.createSchemaBuilder = () => new EntitySchemaBuilder(this);
  }

  /**
   * Where the database is and who we are there, as a URL that any client understands: with the password, so print it
   * `withoutPassword`. With a secret file it may be another one every time.
   */
  get url(): string {
    const url = this.embedded?.url ?? this.configuration.databaseUrl ?? this.secret?.url;
    if (url === undefined) throw new Error('The embedded database has no URL before initialize() and after destroy().');
    return withTls(url, this.configuration);
  }

  /** The same entities and migrations for another database; not initialized yet. */
  withConfiguration(configuration: Configuration): EntityDataSource {
    return new EntityDataSource(configuration, this.composition);
  }

  /** @throws UserError when the database can't be reached, with cause and remedy */
  override async initialize(): Promise<this> {
    const { configuration } = this;
    if (configuration.embedded) this.embedded ??= await openEmbedded({ directory: configuration.databaseDirectory });
    const server = withoutPassword(this.url);
    try {
      return await super.initialize();
    } catch (error) {
      if (!this.isInitialized) await this.letGo();
      throw explainError(error, server);
    }
  }

  override async destroy(): Promise<void> {
    try {
      await super.destroy();
    } finally {
      await this.letGo();
    }
  }

  private async letGo(): Promise<void> {
    const { embedded } = this;
    this.embedded = undefined;
    await embedded?.close();
  }
}

/** A pg client that asks where to connect each time it is made, unless the pool says so: that of a replica does. */
function clientOf(url: () => string): typeof Client {
  return class extends Client {
    constructor(config: ClientConfig) {
      super({ ...config, connectionString: config.connectionString ?? url() });
    }
  };
}

/** The URL with what it says about TLS: the configuration's DATABASE_SSL. */
function withTls(url: string, { databaseSsl, databaseSslCa }: Configuration): string {
  if (!databaseSsl) return url;
  const secured = new URL(url);
  secured.searchParams.set('sslmode', 'verify-full');
  if (databaseSslCa) secured.searchParams.set('sslrootcert', databaseSslCa);
  return secured.href;
}
