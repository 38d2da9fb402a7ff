import { Client, type ClientConfig } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { EmbeddedDatabase } from '@entity-backend/embedded-postgres';
import {
  configureSchema,
  EntitySchemaBuilder,
  explainError,
  type SchemaSettings,
  UserError,
  withoutPassword,
} from '@entity-backend/schema';
import type { Configuration } from './configuration';
import { ReadableNamingStrategy } from './naming-strategy';
import { PROJECT } from './project';
import { SecretFile } from './secret';
import { WellFormedText } from './well-formed';

/** How long to wait for a new connection, or for a free one in the pool. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The embedded PostgreSQL has one session: a process waits until another one's transaction has ended. */
const EMBEDDED_CONNECT_TIMEOUT_MS = 60_000;
/** How long a transaction may be idle before the server ends it. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

interface EntityDataSourceOptions extends Pick<DataSourceOptions, 'entities' | 'migrations'> {
  /** More settings for the commands of @entity-backend/schema. */
  schema?: SchemaSettings;
}

/**
 * TypeORM's DataSource for a configuration, with a connection pool, names by ReadableNamingStrategy, and one transaction per
 * migration. If the configuration names no server, `initialize` starts the embedded PostgreSQL, or joins the one that
 * another process has started; `destroy` releases it.
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
      // gen_random_uuid() is built in. Migrations create the extensions that are needed.
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
    // TypeORM's own commands, and `synchronize`, compare schemas with it.
    this.driver.createSchemaBuilder = () => new EntitySchemaBuilder(this);
  }

  /**
   * The connection URL, which any client understands. It contains the password: print it `withoutPassword`. With a secret
   * file it may change each time.
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

  /** @throws UserError if the database can't be reached, with cause and remedy */
  override async initialize(): Promise<this> {
    const { configuration } = this;
    if (configuration.embedded) this.embedded ??= await openEmbedded(configuration.databaseDirectory);
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

/** @throws UserError if only production dependencies are installed, since the embedded database is not one of them */
async function openEmbedded(directory: string): Promise<EmbeddedDatabase> {
  const embedded = await import('@entity-backend/embedded-postgres').catch((cause: unknown) => {
    throw new UserError('The embedded database is not installed here: set DATABASE_URL.', { cause });
  });
  return embedded.openEmbedded({ directory });
}

/** A pg client class that asks for the URL for each new client, unless the pool gives one (pools of replicas do). */
function clientOf(url: () => string): typeof Client {
  return class extends Client {
    constructor(config: ClientConfig) {
      super({ ...config, connectionString: config.connectionString ?? url() });
    }
  };
}

/** The URL with the TLS settings of the configuration. */
function withTls(url: string, { databaseSsl, databaseSslCa }: Configuration): string {
  if (!databaseSsl) return url;
  const secured = new URL(url);
  secured.searchParams.set('sslmode', 'verify-full');
  if (databaseSslCa) secured.searchParams.set('sslrootcert', databaseSslCa);
  return secured.href;
}
