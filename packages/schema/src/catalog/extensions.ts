import type { Query } from './query';

export interface Extension {
  name: string;
}

const EXTENSIONS = `
  SELECT extname::text AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname`;

export async function readExtensions(query: Query): Promise<Extension[]> {
  return (await query(EXTENSIONS)) as Extension[];
}
