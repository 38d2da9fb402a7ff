import { Author, SegmentedWeight } from '../../../src/entities';
import { ARCHETYPES, PLATFORMS } from '../../../src/entities/social/enumerations';
import { DAY, defineFactory, perScale, round } from '@entity-backend/seeding';

/** The segments that there always are. */
const SEGMENTS = Object.entries({
  platform: PLATFORMS,
  archetype: ARCHETYPES,
  weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  time_of_day: ['night', 'morning', 'afternoon', 'evening'],
}).flatMap(([segmentType, keys]) => keys.map((segmentKey) => ({ segmentType, segmentKey })));

const AUTHORS_PER_SCALE = 2;

/** Larger data has segments of single authors as well: those whose number comes after the others'. */
export const segmentedWeightFactory = defineFactory(
  SegmentedWeight,
  perScale((scale) => SEGMENTS.length + AUTHORS_PER_SCALE * (scale - 1)),
  {
    segmentType: ({ index }) => SEGMENTS[index]?.segmentType ?? 'author',
    segmentKey: ({ index }, _, rows) => {
      const segment = SEGMENTS[index];
      if (segment) return segment.segmentKey;
      const author = rows(Author).at(index - SEGMENTS.length)!;
      return `${author.platform}:${author.platformId}`;
    },
    sssWeight: (_, random) => random.number(0.2, 0.32, 2),
    arsWeight: (_, random) => random.number(0.2, 0.3, 2),
    evsWeight: (_, random) => random.number(0.15, 0.3, 2),
    trsWeight: ({ sssWeight, arsWeight, evsWeight }) => round(1 - sssWeight - arsWeight - evsWeight, 2),
    sampleSize: (_, random) => random.int(0, 800),
    performance: ({ sampleSize }, random) => (sampleSize < 50 ? null : random.number(0.3, 0.8)),
    createdAt: (_, random) => random.ago(300 * DAY, 60 * DAY),
    updatedAt: (_, random) => random.ago(7 * DAY),
  },
);
