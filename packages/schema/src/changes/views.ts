import type { Catalog, View } from '../catalog/catalog';
import type { ChangeStep } from './change';
import { commentChanges } from './comments';
import { common, missing, sameDefinition, usesAny } from '../catalog/compare';
import { indexChanges } from './indexes';
import { grantChanges } from './grants';
import { quoteIdentifier } from '../sql';
import { commentOn, createIndex, createView, grants } from './statements';

/** The changes of views. A view that changes is dropped and made anew, as are those that use it: see `withoutDependents`. */
export function viewChanges(from: Catalog, to: Catalog): ChangeStep[] {
  return [
    ...byUse(missing(from.views, to.views)).reverse().map(dropView),
    ...byUse(missing(to.views, from.views)).map(newView),
    ...common(from.views, to.views).flatMap(([before, after]) => [
      ...indexChanges(after.name, before.indexes, after.indexes, false),
      ...grantChanges(after.name, before.grants, after.grants),
      ...commentChanges(`${kindOf(after)} ${quoteIdentifier(after.name)}`, undefined, before, after),
    ]),
  ];
}

/** Whether two views are the same but for what can be changed while they stay. */
export function sameView(before: View, after: View | undefined): boolean {
  return (
    after !== undefined && sameDefinition({ ...before, grants: [], indexes: [] }, { ...after, grants: [], indexes: [] })
  );
}

/** Views, each behind those that it uses. */
function byUse(views: readonly View[]): View[] {
  const sorted: View[] = [];
  const visit = (view: View): void => {
    if (sorted.includes(view)) return;
    views.filter(({ name }) => usesAny(view, new Set([name]))).forEach(visit);
    sorted.push(view);
  };
  views.forEach(visit);
  return sorted;
}

const kindOf = ({ materialized }: View): string => (materialized ? 'MATERIALIZED VIEW' : 'VIEW');

function dropView(view: View): ChangeStep {
  return {
    step: 'drop view',
    summary: `view ${view.name} is dropped`,
    statements: [`DROP ${kindOf(view)} ${quoteIdentifier(view.name)}`],
  };
}

function newView(view: View): ChangeStep {
  return {
    step: 'create view',
    summary: `new view ${view.name}`,
    statements: [
      createView(view),
      ...view.indexes.map((index) => createIndex(view.name, index)),
      ...grants(view.name, view.grants),
      ...(view.comment === null ? [] : [commentOn(`${kindOf(view)} ${quoteIdentifier(view.name)}`, view.comment)]),
    ],
  };
}
