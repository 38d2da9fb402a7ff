import type { Catalog, DatabaseFunction } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { quoteIdentifier } from '../sql';

/** The changes of functions. One that PostgreSQL can't replace in place has made way: see `withoutDependents`. */
export function functionChanges(from: Catalog, to: Catalog): ChangeStep[] {
  const late = lateFunctions(to);
  return [
    ...from.functions.filter((one) => !sameSignature(to.functions, one)).map(dropFunction),
    ...to.functions.flatMap((one): ChangeStep[] => {
      const before = sameSignature(from.functions, one);
      const comments = commentChanges(`FUNCTION ${signature(one)}`, undefined, before, one);
      if (before?.definition === one.definition) return comments;
      return [
        {
          step: late.includes(`${one.name}()`) ? 'create late function' : 'create function',
          summary: before ? `function ${one.name} changes` : `new function ${one.name}`,
          statements: [one.definition, ...comments.flatMap(({ statements }) => statements)],
        },
      ];
    }),
  ];
}

/**
 * Functions that are made after the tables, because PostgreSQL checks their SQL at once: 'function()'. Those that a table
 * needs for a default or a check come before it.
 */
export function lateFunctions({ functions, tables }: Catalog): string[] {
  const needed = tables
    .flatMap(({ columns, constraints, indexes }) => [...columns, ...constraints, ...indexes])
    .flatMap(({ uses }) => uses);
  return functions
    .filter(({ definition }) => /^ LANGUAGE sql$/m.test(definition))
    .map(({ name }) => `${name}()`)
    .filter((name) => !needed.includes(name));
}

/** Functions that CREATE OR REPLACE can't change: whose result or arguments change. */
export function replacedFunctions(from: Catalog, to: Catalog): DatabaseFunction[] {
  return from.functions.filter(
    (one) =>
      to.functions.some(({ name }) => name === one.name) && sameSignature(to.functions, one)?.returns !== one.returns,
  );
}

function sameSignature(functions: DatabaseFunction[], one: DatabaseFunction): DatabaseFunction | undefined {
  return functions.find((other) => signature(other) === signature(one));
}

const signature = (one: DatabaseFunction): string => `${quoteIdentifier(one.name)}(${one.arguments})`;

function dropFunction(one: DatabaseFunction): ChangeStep {
  return {
    step: 'drop function',
    summary: `function ${one.name} is dropped`,
    statements: [`DROP FUNCTION ${signature(one)}`],
  };
}
