import { UserProfile } from '../../../src/entities';
import { defineFactory, perParent } from '@entity-backend/seeding';

const TIMEZONES: Record<string, string> = {
  en: 'America/Chicago',
  'en-GB': 'Europe/London',
  de: 'Europe/Berlin',
  'de-AT': 'Europe/Vienna',
  fr: 'Europe/Paris',
  'es-MX': 'America/Mexico_City',
};

const LOCALES = { en: 8, 'en-GB': 3, de: 3, 'de-AT': 1, fr: 2, 'es-MX': 2 };
const DESTINATIONS = { individual: 8, group: 2 };

/** What there is to do in each tier of onboarding. */
const STEPS = ['first_question', 'first_task', 'first_intent', 'shared_conversation'];

export const userProfileFactory = defineFactory(UserProfile, perParent('user', [1]), {
  preferredDestination: (_, random) => random.weighted(DESTINATIONS),
  reengagementOptOut: (_, random) => random.chance(0.1),
  onboardingTier: (_, random) => random.int(0, 3),
  onboardingTierProgress: ({ onboardingTier }, random) => ({ [STEPS[onboardingTier]]: random.number(0, 0.9, 1) }),
  magicMomentAt: (profile, random) =>
    profile.onboardingTier >= 2 ? random.between(profile.createdAt, random.now) : null,
  locale: (_, random) => random.weighted(LOCALES),
  timezone: (profile) => TIMEZONES[profile.locale],
  createdAt: (profile) => profile.user.createdAt,
  updatedAt: (profile) => profile.magicMomentAt ?? profile.createdAt,
});
