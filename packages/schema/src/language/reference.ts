import type * as ClassValidator from 'class-validator';
import { JoinColumn, ManyToOne, OneToOne, type RelationOptions } from 'typeorm';
import { columnOf, type ColumnOptions } from './column';
import { declare } from './declarations';

/** What the property of a foreign key holds, by the type of the key. */
interface KeyTypes {
  uuid: string;
  text: string;
  /** As text: a number can't hold them all. */
  bigint: string;
  integer: number;
}

const KEY_RULES: Record<keyof KeyTypes, (validator: typeof ClassValidator) => PropertyDecorator> = {
  uuid: ({ IsUUID }) => IsUUID(),
  text: ({ IsString }) => IsString(),
  bigint: ({ Matches }) => Matches(/^-?\d+$/),
  integer: ({ IsInt }) => IsInt(),
};

interface ReferenceOptions<E, K extends keyof KeyTypes, N extends boolean>
  extends Pick<RelationOptions, 'cascade' | 'onUpdate'>, Pick<ColumnOptions<KeyTypes[K], N>, 'name'> {
  /** The property of the other entity that leads back. Default: none. */
  inverse?: keyof E & string;
  /** Whether there may be none. Default: false. */
  nullable?: N;
  /** What becomes of the row when the other one is deleted: SET NULL where it is `nullable` alone. Default: it is refused. */
  onDelete?: N extends true ? RelationOptions['onDelete'] : Exclude<RelationOptions['onDelete'], 'SET NULL'>;
  /** Whether no two rows may refer to the same one: a one-to-one relation. Default: false. */
  unique?: boolean;
  /** Whether the foreign key is the primary key as well, so that it is unique. Default: false. */
  primary?: boolean;
  /**
   * The index on the foreign key: its name in the database, or false where another index begins with the column. Default:
   * true, but false for one that is unique.
   */
  index?: boolean | string;
  /** The type of the other entity's primary key. Default: uuid. */
  key?: keyof KeyTypes & K;
}

/**
 * A relation to one row of another entity, with the foreign key in a property of its own beside it, called as the relation
 * and `Id`: relation, column, constraint, index and the class-validator rule. The doc comment is that of the column, too.
 *
 *     @Reference(() => User, { inverse: 'tasks', onDelete: 'CASCADE' })
 *     user: Relation<User>;
 *     userId: string;
 *
 * A foreign key of several columns is TypeORM's own `ManyToOne` and `JoinColumn`.
 */
export function Reference<E extends object, K extends keyof KeyTypes = 'uuid', N extends boolean = false>(
  type: () => abstract new (...args: never[]) => E,
  options: ReferenceOptions<E, K, N> = {},
) {
  const { inverse, nullable, primary = false, name, key: keyType = 'uuid', ...relation } = options;
  const { unique = primary, index = !unique, ...relationOptions } = relation;
  const column = columnOf<KeyTypes[K], N>(
    { column: { type: keyType, primary }, rules: (validator) => [KEY_RULES[keyType](validator)] },
    { nullable, index, ...(name !== undefined && { name }) },
  ) as (target: object, property: string) => void;
  const relate = unique ? OneToOne : ManyToOne;
  return <P extends string>(
    target: { [R in P]: E | Empty<N> } & { [I in `${P}Id`]: KeyTypes[K] | Empty<N> },
    property: P,
  ): void => {
    const key = `${property}Id`;
    column(target, key);
    relate(type as () => new () => E, inverse ?? '', { ...relationOptions, nullable: nullable ?? false })(
      target,
      property,
    );
    JoinColumn(name === undefined ? {} : { name })(target, property);
    declare(target.constructor, { kind: 'reference', property, key });
  };
}

type Empty<N extends boolean> = N extends true ? null : never;
