import { ownObject, type Query } from './query';

export interface EnumType {
  name: string;
  values: string[];
  comment: string | null;
}

const ENUM_TYPES = `
  SELECT typname::text AS name, obj_description(pg_type.oid, 'pg_type') AS comment,
    ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = pg_type.oid ORDER BY enumsortorder) AS values
  FROM pg_type
  WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' AND ${ownObject('pg_type', 'pg_type.oid')}
  ORDER BY typname`;

export async function readEnumTypes(query: Query): Promise<EnumType[]> {
  return (await query(ENUM_TYPES)) as EnumType[];
}
