import { User } from '../../../src/entities';
import { DAY, defineFactory, perScale, pool, type Random, scramble } from '@entity-backend/seeding';
import { fullName, spelled } from './people';
import { digitsOf } from '../social/platform-ids';

const organizations = pool(5, (faker) => faker.string.uuid());
/** Domains that nobody can own (RFC 2606): no mail ever arrives. */
const DOMAINS = ['example.com', 'example.org', 'example.net'];
const ROLES = { educator: 7, coach: 2, admin: 1 };
const SSO_PROVIDERS = ['google', 'microsoft', 'clever'];
const BCRYPT_ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Of the hash and its salt; five of them are made of one draw, six bits each. */
const BCRYPT_LENGTH = 53;

/** What looks like a bcrypt hash and is nobody's password. */
function passwordHash(random: Random): string {
  let hash = '$2b$12$';
  let bits = 0;
  for (let i = 0; i < BCRYPT_LENGTH; i++) {
    bits = i % 5 === 0 ? random.bits() : bits >>> 6;
    hash += BCRYPT_ALPHABET[bits & 63];
  }
  return hash;
}

export const userFactory = defineFactory(User, perScale(10), {
  name: (_, random) => fullName(random),
  // The number keeps two people of one name apart.
  email: (user, random) => `${spelled(user.name!, '.')}${user.index + 1}@${random.pick(DOMAINS)}`,
  role: (_, random) => random.weighted(ROLES),
  organizationId: (_, random) => (random.chance(0.8) ? random.pick(organizations) : null),
  ssoProvider: (_, random) => (random.chance(0.4) ? random.pick(SSO_PROVIDERS) : null),
  ssoId: (user, random) =>
    user.ssoProvider && `1${digitsOf(random, 9)}${String(scramble(user.index + 1)).padStart(10, '0')}`,
  passwordHash: (user, random) => (user.ssoProvider && random.chance(0.8) ? null : passwordHash(random)),
  createdAt: (_, random) => random.ago(700 * DAY, 120 * DAY),
  updatedAt: (user) => user.lastLogin ?? user.createdAt,
  lastLogin: (user) => user.sessions.at(-1)?.createdAt ?? null,
});
