import { IsIn, IsOptional } from 'class-validator';
import { escapeLiteral } from 'pg';
import { Check, Column } from 'typeorm';
import { snakeCase } from '../naming-strategy';
import { HasDefault } from './has-default';

interface EnumerationOptions<V extends string> {
  /** Whether the column takes NULL. Default: false. */
  nullable?: boolean;
  /** The column's DEFAULT. Default: none. */
  default?: NoInfer<V>;
}

/**
 * A text column that takes one of a list of values: the column, its CHECK (`chk_<table>_<column>`) and the class-validator
 * rule from one `as const` list, whose TypeScript type is `(typeof LIST)[number]`. Never a native enum: adding a value must
 * not need a change of type.
 *
 *     export const PRIORITIES = ['low', 'normal', 'high'] as const;
 *
 *     @Enumeration(PRIORITIES, { default: 'normal' })
 *     priority: (typeof PRIORITIES)[number];
 */
export function Enumeration<V extends string>(
  values: readonly V[],
  { nullable = false, default: defaultValue }: EnumerationOptions<V> = {},
) {
  return <P extends string>(target: { [K in P]?: V | null }, property: P): void => {
    Column({
      type: 'text',
      enum: [...values],
      nullable,
      ...(defaultValue === undefined ? {} : { default: defaultValue }),
    })(target, property);
    Check(`"${snakeCase(property)}" IN (${values.map(escapeLiteral).join(', ')})`)(target, property);
    IsIn([...values])(target, property);
    if (nullable) IsOptional()(target, property);
    else if (defaultValue !== undefined) HasDefault()(target, property);
  };
}
