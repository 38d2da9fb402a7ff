import type { ChangeStep } from './change';
import { commentOn } from './statements';

interface Commented {
  comment: string | null;
}

/** The change of the comment on an object, where it differs. `what` is the object as COMMENT ON names it: 'TABLE tasks'. */
export function commentChanges(
  what: string,
  table: string | undefined,
  from: Commented | undefined,
  to: Commented,
): ChangeStep[] {
  if ((from?.comment ?? null) === to.comment) return [];
  return [
    {
      step: 'comment',
      summary: `comment on ${what.replace(/^\w+/, (kind) => kind.toLowerCase())}`,
      statements: [commentOn(what, to.comment)],
      table,
    },
  ];
}
