import { Competitor } from '../../../src/entities';
import type { CompetitorCategory } from '../../../src/entities/competitors/enumerations';
import { DAY, defineFactory, perScale } from '@entity-backend/seeding';

const BEGINNINGS = [
  ...['Hydra', 'Lumi', 'Nova', 'Reco', 'Sol', 'Ver', 'Zen', 'Alto', 'Bio', 'Clar'],
  ...['Dura', 'Ever', 'Fresh', 'Kali', 'Mori', 'Nutri', 'Opti', 'Pura', 'Rise', 'Tri'],
];
const ENDINGS = ['via', 'lyte', 'ra', 'well', 'boost', 'mint', 'core', 'up', 'tonic', 'drop', 'fizz', 'day'];

/** A brand for a number: 240 of them, then over again with a numeral. */
function brand(index: number): string {
  const round = Math.floor(index / BEGINNINGS.length);
  const beginning = BEGINNINGS[index % BEGINNINGS.length];
  const ending = ENDINGS[(index + 5 * round) % ENDINGS.length];
  const edition = Math.floor(round / ENDINGS.length);
  return beginning + ending + (edition > 0 ? ` ${edition + 1}` : '');
}

const MECHANISMS: Record<CompetitorCategory, string | null> = {
  SUPPLEMENT: 'electrolytes and B vitamins',
  MEDICATION: 'pain relief',
  DEVICE: 'sleep tracking',
  SERVICE: 'infusions at home',
  OTHER: null,
};

/** A market does not grow as fast as what is said about it. */
export const competitorFactory = defineFactory(
  Competitor,
  perScale((scale) => Math.ceil(8 * scale ** 0.25)),
  {
    name: ({ index }) => brand(index),
    category: (_, random) => random.weighted({ SUPPLEMENT: 6, MEDICATION: 2, DEVICE: 1, SERVICE: 1, OTHER: 1 }),
    primaryMechanism: ({ category }) => MECHANISMS[category],
    pricePoint: (_, random) => random.weighted({ BUDGET: 3, MID: 4, PREMIUM: 2 }),
    brandKeywords: ({ name }) => [name.toLowerCase(), `#${name.toLowerCase().replaceAll(' ', '')}`],
    createdAt: (_, random) => random.ago(700 * DAY, 100 * DAY),
  },
);
