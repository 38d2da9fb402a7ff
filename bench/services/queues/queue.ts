/** Something that hands out jobs and takes note that they are done. */
export interface Queue {
  readonly name: string;
  /** How it runs, as far as somebody could set it otherwise. */
  readonly settings: string;
  /** Makes it empty, and puts `jobs` jobs in that are due. */
  fill(jobs: number): Promise<void>;
  /** Hands out all jobs to so many workers, who do nothing, and completes them. */
  drain(): Promise<void>;
  /** How many jobs have been completed since it was filled. */
  completed(): Promise<number>;
  close(): Promise<void>;
}

/** How many workers each has, all in this process. */
export const WORKERS = 8;
/** How many jobs a worker takes at a time. */
export const BATCH = 500;
