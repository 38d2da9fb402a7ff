import type * as ClassValidator from 'class-validator';
import { optionalPackage } from '../optional-package';

/** What class-validator offers; undefined where the project does without it. */
export const classValidator = optionalPackage<typeof ClassValidator>('class-validator');
