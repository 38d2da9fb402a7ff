import type { Profile } from '@entity-backend/seeding';

/** The shapes that have a name, for --profile. */
export const PROFILES = {
  /** What a person can look through: about 800 rows. What runs where nothing is asked for. */
  demo: { scale: 1 },
  /** Small, and yet each value of each enumeration occurs: for tests. The metrics, alike day by day, are fewer. */
  test: { scale: 20, rows: { kpi_metrics: 105 } },
  /** About a million rows: for measurements. */
  load: { scale: 1650 },
} as const satisfies Record<string, Profile>;
