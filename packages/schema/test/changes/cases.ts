import type { SchemaCase } from './case';
import { types } from './types.cases';
import { defaultsAndNulls } from './defaults-and-nulls.cases';
import { columns } from './columns.cases';
import { computedColumns } from './computed-columns.cases';
import { checks } from './checks.cases';
import { uniqueConstraints } from './unique-constraints.cases';
import { foreignKeys } from './foreign-keys.cases';
import { indexes } from './indexes.cases';
import { triggers } from './triggers.cases';
import { policiesAndGrants } from './policies-and-grants.cases';
import { comments } from './comments.cases';
import { tables } from './tables.cases';
import { views } from './views.cases';
import { enumTypes } from './enum-types.cases';
import { extensions } from './extensions.cases';

export const casesByKind: Record<string, SchemaCase[]> = {
  'Types and columns': [...types, ...defaultsAndNulls, ...columns, ...computedColumns],
  Constraints: [...checks, ...uniqueConstraints, ...foreignKeys],
  Indexes: [...indexes],
  'Triggers and functions': [...triggers],
  'Row-level security and rights': [...policiesAndGrants],
  Comments: [...comments],
  'Tables, views, types and extensions': [...tables, ...views, ...enumTypes, ...extensions],
};

export const cases = Object.values(casesByKind).flat();
