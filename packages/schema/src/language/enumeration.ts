import { escapeLiteral } from 'pg';
import { type ColumnDecorator, columnOf, type ColumnOptions } from './column';

/**
 * A text column that takes one of a list of values: the column, its CHECK and the class-validator rule from one `as const`
 * list, whose TypeScript type is `(typeof LIST)[number]`. Never a native enum: adding a value must not need a change of
 * type.
 *
 *     export const PRIORITIES = ['low', 'normal', 'high'] as const;
 *
 *     @Enumeration(PRIORITIES, { default: 'normal' })
 *     priority: (typeof PRIORITIES)[number];
 */
export function Enumeration<V extends string, N extends boolean = false>(
  values: readonly V[],
  options: ColumnOptions<V, N> = {},
): ColumnDecorator<V, N> {
  return columnOf(
    {
      column: { type: 'text', enum: [...values] },
      check: (column) => `${column} IN (${values.map(escapeLiteral).join(', ')})`,
      rules: ({ IsIn }) => [IsIn([...values])],
    },
    options,
  );
}
