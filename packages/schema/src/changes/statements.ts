import type { Column, Constraint, Grant, Index, Policy, Role, Sequence, Table, View } from '../catalog/catalog';
import { quoteIdentifier, quoteIdentifiers, quoteLiteral, readable } from '../sql';

/** The SQL of the catalog's objects, as a person would write it. */

/** CREATE TABLE with its columns and constraints; a column in `serials` as a serial. */
export function createTable({ name, columns, constraints }: Table, serials: ReadonlySet<string>): string {
  const lines = [
    ...columns.map((column) => columnDefinition(column, serials.has(column.name))),
    ...constraints.map(constraintDefinition),
  ];
  return `CREATE TABLE ${quoteIdentifier(name)} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`;
}

const SERIALS: Record<string, string> = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' };

export function columnDefinition(column: Column, isSerial = false): string {
  const parts = [
    quoteIdentifier(column.name),
    isSerial ? SERIALS[column.type] : column.type,
    column.collation && `COLLATE ${column.collation}`,
    column.generated &&
      `GENERATED ALWAYS AS (${readable(column.generated.expression)}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`,
    column.identity && `GENERATED ${column.identity.toUpperCase()} AS IDENTITY`,
    !column.nullable && !isSerial && 'NOT NULL',
    column.default !== null && !isSerial && `DEFAULT ${defaultExpression(column)}`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** A column's default; without the cast that it does not need: `'{}'` and not `'{}'::jsonb`. */
export function defaultExpression({ type, default: expression }: Column): string {
  const literal = /^('(?:[^']|'')*')::([a-z ]+(?:\[\])?)$/.exec(expression!);
  const bareType = type.replace(/\(.*?\)/, '').replace('varchar', 'character varying');
  return literal && literal[2] === bareType ? literal[1] : expression!;
}

export function constraintDefinition({ name, definition }: Constraint): string {
  return `CONSTRAINT ${quoteIdentifier(name)} ${readable(definition)}`;
}

export function createIndex(table: string, index: Index, { concurrently = false, name = index.name } = {}): string {
  const create = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${concurrently ? 'CONCURRENTLY ' : ''}`;
  // The access method goes without saying where it is the default one.
  return `${create}${quoteIdentifier(name)} ON ${quoteIdentifier(table)} ${readable(index.definition.replace(/^USING btree /, ''))}`;
}

export function createPolicy(table: string, { name, permissive, command, roles, using, check }: Policy): string {
  const lines = [
    `CREATE POLICY ${quoteIdentifier(name)} ON ${quoteIdentifier(table)}${permissive ? '' : ' AS RESTRICTIVE'} FOR ${command} TO ${roleList(roles)}`,
    using !== null && `USING (${readable(using)})`,
    check !== null && `WITH CHECK (${readable(check)})`,
  ];
  return lines.filter(Boolean).join('\n  ');
}

const roleList = (roles: string[]): string =>
  roles.map((role) => (role === 'public' ? 'PUBLIC' : quoteIdentifier(role))).join(', ');

export function createView({ name, materialized, options, definition }: View): string {
  const withOptions = options.length ? ` WITH (${options.join(', ')})` : '';
  return `CREATE ${materialized ? 'MATERIALIZED ' : ''}VIEW ${quoteIdentifier(name)}${withOptions} AS\n${definition}`;
}

export function createSequence({ name, definition }: Sequence): string {
  return `CREATE SEQUENCE ${quoteIdentifier(name)} ${definition}`.trimEnd();
}

/** GRANT statements, one for a role, its privileges and their columns together. */
export function grants(relation: string, rights: Grant[]): string[] {
  const byTarget = new Map<string, string[]>();
  for (const { role, privilege, columns, grantable } of rights) {
    const target = `ON ${quoteIdentifier(relation)} TO ${roleList([role])}${grantable ? ' WITH GRANT OPTION' : ''}`;
    const right = columns ? `${privilege} (${quoteIdentifiers(columns)})` : privilege;
    byTarget.set(target, [...(byTarget.get(target) ?? []), right]);
  }
  return [...byTarget].map(([target, privileges]) => `GRANT ${privileges.join(', ')} ${target}`);
}

export function revoke(relation: string, privileges: string[], role: string): string {
  return `REVOKE ${privileges.join(', ')} ON ${quoteIdentifier(relation)} FROM ${roleList([role])}`;
}

/** Makes a role where the cluster does not have it. Two databases of a cluster may do so at the same time. */
export function createRole({ name }: Role): string {
  return `DO $$
BEGIN
  IF to_regrole(${quoteLiteral(quoteIdentifier(name))}) IS NULL THEN
    CREATE ROLE ${quoteIdentifier(name)} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster has just made it
END
$$`;
}

export function commentOnRole({ name, comment }: Role): string {
  return `DO $$
BEGIN
  ${commentOn(`ROLE ${quoteIdentifier(name)}`, comment)};
EXCEPTION WHEN insufficient_privilege THEN
  NULL; -- the role belongs to the whole cluster, and to somebody else
END
$$`;
}

/** Makes the login that runs it, the owner of the tables, a member of a role. Two databases may do so at the same time. */
export function grantToOwner({ name }: Role): string {
  return `DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members membership JOIN pg_roles member ON member.oid = membership.member
    WHERE membership.roleid = to_regrole(${quoteLiteral(quoteIdentifier(name))}) AND member.rolname = current_user
      -- Since PostgreSQL 16 who makes a role is a member that may not use it.
      AND to_jsonb(membership) ->> 'inherit_option' IS DISTINCT FROM 'false'
  ) THEN
    GRANT ${quoteIdentifier(name)} TO CURRENT_USER;
  END IF;
EXCEPTION WHEN unique_violation THEN
  NULL; -- another database of the cluster has just done it
END
$$`;
}

/** COMMENT ON; a null comment takes it away. */
export function commentOn(what: string, comment: string | null): string {
  return `COMMENT ON ${what} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`;
}
