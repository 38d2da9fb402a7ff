import { loadFile } from '@entity-backend/schema';
import type { Factory } from '../factory';
import type { SizeOptions } from '../sizes';

/** A shape of the data: how much of what. */
export type Profile = Pick<SizeOptions, 'scale' | 'rows'>;

/** What the file of `--seeds` exports; each has a default. */
export interface Seeds {
  /** How tables are filled. Default: each as its entity says. */
  readonly factories: readonly Factory[];
  /** The shapes that have a name, for --profile; the first is what runs where nothing is asked for. Default: demo, at scale 1. */
  readonly profiles: Readonly<Record<string, Profile>>;
  /** Whether the database is one that people use, which is refused without --force. Default: NODE_ENV says production. */
  readonly production: boolean;
  /** What the user may want to do when the database is filled. */
  readonly next?: string;
}

/** @throws UserError where the file does not exist or can't be loaded */
export async function loadSeeds(file: string | undefined): Promise<Seeds> {
  const {
    factories = [],
    profiles = { demo: { scale: 1 } },
    production = isProduction(),
    next,
  } = file === undefined ? {} : ((await loadFile(file)) as Partial<Seeds>);
  return { factories, profiles, production, next };
}

function isProduction(): boolean {
  return process.env.NODE_ENV === 'production';
}
