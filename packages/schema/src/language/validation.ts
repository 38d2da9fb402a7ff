import type * as ClassValidator from 'class-validator';

/** What class-validator offers; undefined where the project does without it. */
export const classValidator = load();

function load(): typeof ClassValidator | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer: it may be missing
    return require('class-validator') as typeof ClassValidator;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
