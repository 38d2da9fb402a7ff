import { loadFile } from '@entity-backend/schema';
import type { Factory } from '../shape/factory';
import type { SeedOptions } from '../loading/seeder';
import type { SizeOptions } from '../loading/sizes';

/** A named size of the data: `scale` for everything, `rows` for single tables. */
export type Profile = Pick<SizeOptions, 'scale' | 'rows'>;

/** What the file of `--seeds` exports; each has a default. */
export interface Seeds extends Pick<SeedOptions, 'deleteSettings' | 'migrateHint'> {
  /** How tables are filled. Default: each as its entity says. */
  readonly factories: readonly Factory[];
  /** By the name that --profile takes; the first is used when --profile is not given. Default: demo, at scale 1. */
  readonly profiles: Readonly<Record<string, Profile>>;
  /** Whether people use the database, so that --force is needed. Default: whether NODE_ENV is production. */
  readonly production: boolean;
  /** What the report suggests to do next when the database is filled. Default: to look at it with psql. */
  readonly next?: string;
}

/** @throws UserError where the file does not exist or can't be loaded */
export async function loadSeeds(file: string | undefined): Promise<Seeds> {
  const {
    factories = [],
    profiles = { demo: { scale: 1 } },
    production = isProduction(),
    next,
    deleteSettings,
    migrateHint,
  } = file === undefined ? {} : ((await loadFile(file)) as Partial<Seeds>);
  return { factories, profiles, production, next, deleteSettings, migrateHint };
}

function isProduction(): boolean {
  return process.env.NODE_ENV === 'production';
}
