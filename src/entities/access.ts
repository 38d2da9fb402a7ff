import { type Command, Grant, Policy, type Role, RowLevelSecurity } from '@entity-backend/schema';
import { snakeCase } from './snake-case';

/** The setting of a transaction that says whose rows it is about; policies read it. */
export const USER_ID_SETTING = 'app.user_id';

/** A signed-in person. Sees and changes their own rows only; who they are is the setting `app.user_id` of the transaction. */
export const appUser: Role = {
  name: 'app_user',
  comment: 'A signed-in person: their own rows only. Who they are is the setting app.user_id of the transaction.',
  grantedToOwner: false,
};

/** The backend's own jobs: every row of every table. */
export const appService: Role = {
  name: 'app_service',
  comment: "The backend's own jobs: every row of every table.",
  grantedToOwner: true,
};

const EVERYTHING: readonly Command[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/**
 * The id of the person whose request this transaction serves, NULL where nobody is set. After a transaction the setting
 * reads '' and not null. Inside a sub-select it is read once a statement and not once a row.
 */
export const CURRENT_USER_ID = `(SELECT nullif(current_setting('${USER_ID_SETTING}', true), '')::uuid)`;

/** What a person may do to their own rows of a table: see `OwnedBy`. */
interface OwnersRights<K extends string> {
  /** The commands; none at all where a person has no business with the table. */
  may: readonly Command[];
  /** The properties a person may read, where it is not all of them. */
  reads?: readonly K[];
  /**
   * SQL that has to hold, besides, of the rows a person writes. A foreign key to rows that have owners needs it: the key
   * itself looks at everybody's, and would tell which of them exist.
   */
  writes?: string;
}

/**
 * A table whose every row belongs to the person in `property`: they may give the commands in `may` on their own rows,
 * the backend everything (DATA_MODEL, "Row-level security"). Enabled and forced.
 */
export function OwnedBy<P extends string, K extends string = never>(property: P, rights: OwnersRights<K>) {
  return OwnedWhere(`"${snakeCase(property)}" = ${CURRENT_USER_ID}`, rights) as <
    T extends abstract new (...args: never[]) => Record<P | K, unknown>,
  >(
    target: T,
  ) => void;
}

/** As `OwnedBy`, for a table whose owner has to be looked up: `predicate` is the SQL that is true for a person's own rows. */
export function OwnedWhere<K extends string = never>(predicate: string, { may, reads, writes }: OwnersRights<K>) {
  const check = writes === undefined ? predicate : `${predicate} AND (${writes})`;
  return <T extends abstract new (...args: never[]) => Record<K, unknown>>(target: T): void => {
    BackendOnly()(target);
    RowLevelSecurity()(target);
    Policy({ name: 'app_service_all', command: 'ALL', role: appService, using: 'true', check: 'true' })(target);
    for (const command of may) {
      Grant(appUser, [command], command === 'SELECT' ? reads : undefined)(target);
      Policy({
        name: `app_user_${command.toLowerCase()}_own`,
        command,
        role: appUser,
        using: command === 'INSERT' ? undefined : predicate,
        check: command === 'INSERT' || command === 'UPDATE' ? check : undefined,
      })(target);
    }
  };
}

/** A table that is the backend's alone: no person has any right to it. */
export function BackendOnly() {
  return Grant(appService, EVERYTHING);
}
