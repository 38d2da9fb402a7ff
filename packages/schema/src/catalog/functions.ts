import { ownObject, type Query } from './query';

export interface DatabaseFunction {
  name: string;
  /** The types of its arguments, as DROP FUNCTION wants them: 'uuid, text'. */
  arguments: string;
  returns: string;
  /** The whole CREATE OR REPLACE FUNCTION. */
  definition: string;
  comment: string | null;
}

const FUNCTIONS = `
  SELECT proname::text AS name, pg_get_function_identity_arguments(oid) AS arguments, pg_get_function_result(oid) AS returns,
    pg_get_functiondef(oid) AS definition, obj_description(oid, 'pg_proc') AS comment
  FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND ${ownObject('pg_proc', 'pg_proc.oid')}
  ORDER BY proname, pg_get_function_identity_arguments(oid) COLLATE "C"`;

export async function readFunctions(query: Query): Promise<DatabaseFunction[]> {
  const functions = (await query(FUNCTIONS)) as DatabaseFunction[];
  return functions.map((one) => ({ ...one, definition: one.definition.trimEnd() }));
}
