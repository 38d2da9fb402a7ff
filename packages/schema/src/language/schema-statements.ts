import { escapeIdentifier, escapeLiteral } from 'pg';
import type { DataSource, EntityMetadata } from 'typeorm';
import { RdbmsSchemaBuilder } from 'typeorm/schema-builder/RdbmsSchemaBuilder';
import { UserError } from '../errors';
import {
  type Declaration,
  declarationsOfTable,
  type GrantDeclaration,
  type IndexDeclaration,
  type IndexKey,
  type PolicyDeclaration,
  type Role,
  type TriggerDeclaration,
  type TriggerFunction,
} from './declarations';

/** One statement of the schema, and what in the source declares it, for an error message. */
export interface SchemaStatement {
  sql: string;
  declaredBy: string;
  /** The entity whose table it is about. */
  metadata?: EntityMetadata;
}

/** An entity's metadata with what its class declares beyond TypeORM's decorators. */
export interface DeclaredEntity {
  metadata: EntityMetadata;
  declarations: Declaration[];
}

/**
 * The statements that make the whole schema of the data source's entities on an empty database, in an order that works:
 * extensions, roles, functions, then TypeORM's own (tables, checks, keys, comments), then all that hangs on a table.
 *
 * @throws UserError when a declaration names what does not exist or contradicts another, before anything is touched
 */
export async function schemaStatements(dataSource: DataSource): Promise<SchemaStatement[]> {
  const entities = declaredEntities(dataSource);
  for (const entity of entities) refuseContradictions(entity);
  return [
    ...distinct(entities, extensionsOf).map(extensionStatement),
    ...distinct(entities, rolesOf).flatMap(roleStatements),
    ...distinct(entities, functionsOf).flatMap(functionStatements),
    ...(await typeOrmStatements(dataSource)),
    ...entities.flatMap(tableStatements),
  ];
}

/** The entities with their declarations, in TypeORM's order, which is that of the list of entities. */
export function declaredEntities(dataSource: DataSource): DeclaredEntity[] {
  return (
    dataSource.entityMetadatas
      // A child in single-table inheritance has no table of its own.
      .filter(({ target, tableType }) => typeof target === 'function' && tableType !== 'entity-child')
      .map((metadata) => ({ metadata, declarations: declarationsOfTable(metadata) }))
  );
}

/** What TypeORM's own builder would run on the connected, empty database. */
async function typeOrmStatements(dataSource: DataSource): Promise<SchemaStatement[]> {
  const { upQueries } = await new RdbmsSchemaBuilder(dataSource).log();
  return upQueries
    .filter(({ query }) => !query.includes('"typeorm_metadata"'))
    .map(({ query }) => {
      const metadata = entityOf(dataSource, query);
      // A table between two others has no class.
      return { sql: query, declaredBy: metadata?.targetName || metadata?.tableName || 'the schema', metadata };
    });
}

/** The entity whose table a statement of TypeORM's is about: the first that it names. */
function entityOf({ entityMetadatas }: DataSource, query: string): EntityMetadata | undefined {
  const names = [...query.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  const table = names.find((name) => entityMetadatas.some(({ tableName }) => tableName === name));
  return entityMetadatas.find(({ tableName }) => tableName === table);
}

const extensionsOf = (declaration: Declaration): string[] =>
  declaration.kind === 'extension' ? [declaration.name] : [];

const rolesOf = (declaration: Declaration): Role[] =>
  declaration.kind === 'policy' || declaration.kind === 'grant' ? [declaration.role] : [];

const functionsOf = (declaration: Declaration): TriggerFunction[] =>
  declaration.kind === 'trigger' ? [declaration.execute] : [];

/**
 * What `select` finds in the declarations of all entities, each once.
 *
 * @throws UserError when two different things have one name
 */
function distinct<T extends string | { name: string }>(
  entities: DeclaredEntity[],
  select: (declaration: Declaration) => T[],
): T[] {
  const byName = new Map<string, T>();
  for (const { metadata, declarations } of entities) {
    for (const found of declarations.flatMap(select)) {
      const name = typeof found === 'string' ? found : found.name;
      const known = byName.get(name);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(found)) {
        throw new UserError(
          `${metadata.targetName}: "${name}" is declared twice, differently: give one of them another name.`,
        );
      }
      byName.set(name, found);
    }
  }
  return [...byName.values()];
}

/** @throws UserError when the declarations of one entity can't all hold */
function refuseContradictions({ metadata, declarations }: DeclaredEntity): void {
  const protectedRows = declarations.some(({ kind }) => kind === 'row-level-security');
  const names = new Set<string>();
  for (const declaration of declarations) {
    if (declaration.kind === 'policy' && !protectedRows) {
      throw new UserError(
        `${metadata.targetName}: policy "${declaration.name}" would have no effect: add @RowLevelSecurity() to the class.`,
      );
    }
    if (declaration.kind !== 'index' && declaration.kind !== 'trigger' && declaration.kind !== 'policy') continue;
    const name = `${declaration.kind} "${declaration.name}"`;
    if (names.has(name))
      throw new UserError(`${metadata.targetName}: ${name} is declared twice: give one of them another name.`);
    names.add(name);
  }
}

function extensionStatement(name: string): SchemaStatement {
  return { sql: `CREATE EXTENSION IF NOT EXISTS ${escapeIdentifier(name)}`, declaredBy: `extension "${name}"` };
}

/**
 * A role is made if the cluster does not have it yet; this is undone with the transaction that builds the schema. A login
 * that may not comment on a role of the cluster can still build the schema.
 */
function roleStatements({ name, comment, grantedToOwner }: Role): SchemaStatement[] {
  const role = escapeIdentifier(name);
  const literal = escapeLiteral(name);
  const block = (body: string): SchemaStatement => ({
    sql: `DO ${escapeLiteral(`BEGIN ${body} END`)}`,
    declaredBy: `role "${name}"`,
  });
  return [
    block(`IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal}) THEN CREATE ROLE ${role} NOLOGIN; END IF;`),
    block(`COMMENT ON ROLE ${role} IS ${escapeLiteral(comment)}; EXCEPTION WHEN insufficient_privilege THEN NULL;`),
    ...(grantedToOwner
      ? [
          // Not pg_has_role: a superuser has every role, and the next owner may be none.
          block(
            `IF NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = ${literal}::regrole AND member = current_user::regrole) ` +
              `THEN GRANT ${role} TO CURRENT_USER; END IF;`,
          ),
        ]
      : []),
  ];
}

function functionStatements({ name, comment, body }: TriggerFunction): SchemaStatement[] {
  const declaredBy = `function "${name}"`;
  return [
    {
      sql: `CREATE FUNCTION ${escapeIdentifier(name)}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS ${escapeLiteral(body)}`,
      declaredBy,
    },
    { sql: `COMMENT ON FUNCTION ${escapeIdentifier(name)}() IS ${escapeLiteral(comment)}`, declaredBy },
  ];
}

/** What one entity declares beyond TypeORM's decorators. */
function tableStatements(entity: DeclaredEntity): SchemaStatement[] {
  return entity.declarations.flatMap((declaration) => {
    switch (declaration.kind) {
      case 'index':
        return [statement(entity, `index "${declaration.name}"`, indexSql(entity.metadata, declaration))];
      case 'trigger':
        return [statement(entity, `trigger "${declaration.name}"`, triggerSql(entity.metadata, declaration))];
      case 'row-level-security':
        return [
          statement(entity, 'row-level security', `ALTER TABLE ${tableOf(entity.metadata)} ENABLE ROW LEVEL SECURITY`),
          statement(entity, 'row-level security', `ALTER TABLE ${tableOf(entity.metadata)} FORCE ROW LEVEL SECURITY`),
        ];
      case 'policy':
        return [statement(entity, `policy "${declaration.name}"`, policySql(entity.metadata, declaration))];
      case 'grant':
        return [statement(entity, `grant to "${declaration.role.name}"`, grantSql(entity.metadata, declaration))];
      case 'check': // Of TypeORM's own statements: see metadata.ts.
      case 'reference':
      case 'extension':
      case 'former-name':
      case 'retention':
        return [];
    }
  });
}

function statement({ metadata }: DeclaredEntity, what: string, sql: string): SchemaStatement {
  return { sql, declaredBy: `${metadata.targetName}: ${what}`, metadata };
}

function indexSql(metadata: EntityMetadata, index: IndexDeclaration): string {
  const keys = index.keys.map((key) => indexKeySql(metadata, index, key)).join(', ');
  const include = index.include.map((property) => columnOf(metadata, property, `index "${index.name}"`));
  return [
    `CREATE${index.unique ? ' UNIQUE' : ''} INDEX ${escapeIdentifier(index.name)} ON ${tableOf(metadata)}`,
    `USING ${escapeIdentifier(index.method)} (${keys})`,
    include.length && `INCLUDE (${include.join(', ')})`,
    index.nullsNotDistinct && 'NULLS NOT DISTINCT',
    index.where && `WHERE ${index.where}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function indexKeySql(metadata: EntityMetadata, index: IndexDeclaration, key: IndexKey): string {
  const what =
    key.property === undefined ? `(${key.expression})` : columnOf(metadata, key.property, `index "${index.name}"`);
  return [what, key.operatorClass, key.order, key.nulls && `NULLS ${key.nulls}`].filter(Boolean).join(' ');
}

function triggerSql(metadata: EntityMetadata, trigger: TriggerDeclaration): string {
  const parameters = trigger.arguments.map(escapeLiteral).join(', ');
  return (
    `CREATE TRIGGER ${escapeIdentifier(trigger.name)} ${trigger.timing} ${trigger.events.join(' OR ')} ` +
    `ON ${tableOf(metadata)} FOR EACH ROW EXECUTE FUNCTION ${escapeIdentifier(trigger.execute.name)}(${parameters})`
  );
}

function policySql(metadata: EntityMetadata, { name, command, role, using, check }: PolicyDeclaration): string {
  return [
    `CREATE POLICY ${escapeIdentifier(name)} ON ${tableOf(metadata)} FOR ${command} TO ${escapeIdentifier(role.name)}`,
    using && `USING (${using})`,
    check && `WITH CHECK (${check})`,
  ]
    .filter(Boolean)
    .join(' ');
}

function grantSql(metadata: EntityMetadata, { role, commands, properties }: GrantDeclaration): string {
  const columns = properties?.map((property) => columnOf(metadata, property, `grant to "${role.name}"`)).join(', ');
  const privileges = commands.map((command) => (columns ? `${command} (${columns})` : command)).join(', ');
  return `GRANT ${privileges} ON ${tableOf(metadata)} TO ${escapeIdentifier(role.name)}`;
}

function tableOf(metadata: EntityMetadata): string {
  return metadata.tablePath.split('.').map(escapeIdentifier).join('.');
}

/** @throws UserError when the entity has no such property */
function columnOf(metadata: EntityMetadata, property: string, what: string): string {
  const column = metadata.findColumnWithPropertyPath(property);
  if (!column)
    throw new UserError(`${metadata.targetName}: ${what} names "${property}", which is not a column of the class.`);
  return escapeIdentifier(column.databaseName);
}
