import { EngagementMessage } from '../../../src/entities';
import { ENGAGEMENT_MESSAGE_TYPES } from '../../../src/entities/engagement/enumerations';
import { DAY, defineFactory, MINUTE, perParent } from '@entity-backend/seeding';

const ERRORS = ['The recipient is not on WhatsApp.', 'Rate limit reached.', 'The gateway did not answer.'];

const STATUSES = { sent: 65, pending: 15, failed: 10, cancelled: 10 };
const LENGTHS = ['short', 'long'];

export const engagementMessageFactory = defineFactory(
  EngagementMessage,
  perParent('user', [1, 3, 0, 2, 4, 1, 2, 0, 3, 2, 6, 0, 1]),
  {
    messageType: (_, random) => random.pick(ENGAGEMENT_MESSAGE_TYPES),
    messageKey: (message, random) => `engagement.${message.messageType}.${random.pick(LENGTHS)}`,
    messageParams: ({ user }) => ({ name: user.name }),
    destination: ({ user }) => user.profile!.preferredDestination,
    // Numbers with 555-01 belong to nobody.
    destinationJid: ({ status, destination }, random) => {
      if (status === 'pending') return null;
      const number = `1${random.int(201, 989)}55501${random.int(10, 99)}`;
      return destination === 'group' ? `${number}-${random.int(1e9, 2e9)}@g.us` : `${number}@s.whatsapp.net`;
    },
    scheduledFor: ({ status }, random) =>
      status === 'pending' ? random.after(random.now, 2 * DAY) : random.ago(50 * DAY, MINUTE * 30),
    sentAt: ({ status, scheduledFor }, random) => (status === 'sent' ? random.after(scheduledFor, 10 * MINUTE) : null),
    status: (_, random) => random.weighted(STATUSES),
    retryCount: ({ status }, random) => {
      if (status === 'failed') return random.int(3, 5);
      return status === 'sent' && random.chance(0.1) ? 1 : 0;
    },
    errorMessage: ({ retryCount }, random) => (retryCount > 0 ? random.pick(ERRORS) : null),
    idempotencyKey: ({ userId, messageType, ordinal }) => `${userId}:${messageType}:${ordinal}`,
    createdAt: ({ scheduledFor }, random) =>
      random.between(scheduledFor.getTime() - 3 * DAY, Math.min(scheduledFor.getTime(), random.now)),
  },
  {
    Pending: { status: 'pending' },
    Failed: { status: 'failed' },
  },
);
