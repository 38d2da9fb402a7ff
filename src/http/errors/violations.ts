import type { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { ConflictError, type DomainError, InvalidInputError } from './domain-errors';

/** What is unique is there already. */
export class DuplicateEmailError extends ConflictError {}
export class DuplicateSsoIdentityError extends ConflictError {}
export class DuplicateShareTokenError extends ConflictError {}
export class ProfileExistsError extends ConflictError {}
export class EngagementStateExistsError extends ConflictError {}
export class MessageAlreadyQueuedError extends ConflictError {}
export class AuthorExistsError extends ConflictError {}
export class PostAlreadyIngestedError extends ConflictError {}
export class AlreadyChampionError extends ConflictError {}
export class DuplicateCompetitorError extends ConflictError {}
export class MentionAlreadyRecordedError extends ConflictError {}
export class DuplicateExperimentError extends ConflictError {}
export class DecisionAlreadyRandomizedError extends ConflictError {}
export class SegmentExistsError extends ConflictError {}
export class MetricAlreadyRecordedError extends ConflictError {}

/** Rules of a domain that the database holds too. */
export class HistoryIsImmutableError extends ConflictError {}
export class NotConversationsOwnerError extends ConflictError {}
export class UnapprovedReplyError extends ConflictError {}
export class UnsignedReplyError extends InvalidInputError {}
export class MedicalClaimError extends InvalidInputError {}
export class MissingCredentialError extends InvalidInputError {}
export class TriggerIncompleteError extends InvalidInputError {}
export class WeightsDoNotSumToOneError extends InvalidInputError {}

type Meaning = (options: ErrorOptions) => DomainError;

/** The error of a class, with this message. */
function means(type: new (message: string, options: ErrorOptions) => DomainError, message: string): Meaning {
  return (options) => new type(message, options);
}

/** What the violation of a constraint means, by its name, or by a trigger's. One that is not listed is told in general terms. */
export const BY_CONSTRAINT: Readonly<Record<string, Meaning>> = {
  // users, user_profiles
  idx_users_email: means(DuplicateEmailError, 'Somebody has this address already: log in, or use another one.'),
  uq_users_sso_provider_sso_id: means(
    DuplicateSsoIdentityError,
    'This identity of the provider has an account already.',
  ),
  chk_users_credential: means(MissingCredentialError, 'An account needs a password or a single sign-on identity.'),
  uq_user_profiles_user_id: means(ProfileExistsError, 'The person has a profile already: change that one.'),
  // conversations, messages
  idx_conversations_share_token: means(DuplicateShareTokenError, 'The share token is taken: make another one.'),
  fk_messages_conversation_id_user_id: means(NotConversationsOwnerError, 'The person has no such conversation.'),
  // scheduled_intents
  chk_scheduled_intents_trigger: means(
    TriggerIncompleteError,
    'A cron, interval or once trigger needs its schedule, any other trigger its condition.',
  ),
  // user_engagement_states, engagement_message_queue
  uq_user_engagement_states_user_id: means(EngagementStateExistsError, 'The person has an engagement state already.'),
  uq_engagement_message_queue_idempotency_key: means(
    MessageAlreadyQueuedError,
    'This message is in the queue already.',
  ),
  // authors, posts, replies, community_champions
  uq_authors_platform_platform_id: means(AuthorExistsError, 'This author of the platform is known already.'),
  uq_posts_platform_platform_post_id: means(PostAlreadyIngestedError, 'This post of the platform is ingested already.'),
  chk_replies_content_claims: means(MedicalClaimError, 'A reply must not make a medical claim.'),
  chk_replies_content_signature: means(UnsignedReplyError, 'A reply has to be signed.'),
  chk_replies_posted: means(UnapprovedReplyError, 'A reply has to be approved before it is posted.'),
  uq_community_champions_author_id: means(AlreadyChampionError, 'This author is a champion already.'),
  // competitors, competitive_mentions
  uq_competitors_name: means(DuplicateCompetitorError, 'There is a competitor of this name already.'),
  uq_competitive_mentions_post_id_competitor_id: means(
    MentionAlreadyRecordedError,
    'This mention of the competitor in the post is recorded already.',
  ),
  // experiments, randomized_experiments, segmented_weights
  uq_experiments_name: means(DuplicateExperimentError, 'There is an experiment of this name already.'),
  uq_randomized_experiments_decision_id: means(
    DecisionAlreadyRandomizedError,
    'The decision is part of a randomized experiment already.',
  ),
  chk_segmented_weights_sum: means(WeightsDoNotSumToOneError, 'The four weights of a segment have to sum to 1.'),
  uq_segmented_weights_segment_type_segment_key: means(SegmentExistsError, 'The segment has weights already.'),
  // kpi_metrics
  uq_kpi_metrics_date_platform_metric_type_metric_name: means(
    MetricAlreadyRecordedError,
    'The metric is recorded for this day and platform already.',
  ),
  // messages, audit_logs and other history
  keep_history: means(HistoryIsImmutableError, 'What has been written here is history: it does not change.'),
  keep_until_retention: means(HistoryIsImmutableError, 'What has been written here stays until its retention ends.'),
};

/** What a violation means whose constraint is not listed, by its SQLSTATE. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  // unique_violation, exclusion_violation
  '23505': means(ConflictError, 'It exists already.'),
  '23P01': means(ConflictError, 'It overlaps with one that exists already.'),
  // foreign_key_violation
  '23503': means(ConflictError, 'What it refers to does not exist.'),
  // check_violation, not_null_violation
  '23514': means(InvalidInputError, 'A value breaks a rule of its table.'),
  '23502': means(InvalidInputError, 'A value is missing.'),
  // string_data_right_truncation, numeric_value_out_of_range, invalid_datetime_format, datetime_field_overflow
  '22001': means(InvalidInputError, 'A text is too long.'),
  '22003': means(InvalidInputError, 'A number is too large.'),
  '22007': means(InvalidInputError, 'A date has the wrong form.'),
  '22008': means(InvalidInputError, 'A date does not exist.'),
  // character_not_in_repertoire, untranslatable_character: a NUL in a text, or in one of jsonb
  '22021': means(InvalidInputError, 'A text holds a character that can not be stored.'),
  '22P05': means(InvalidInputError, 'A text holds a character that can not be stored.'),
  // invalid_text_representation
  '22P02': means(InvalidInputError, 'A value has the wrong form.'),
};

/** The domain's error for what PostgreSQL refuses; any other error as it is. */
export function domainErrorOf(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code = '', constraint = '' } = error.driverError as Partial<DatabaseError>;
  return (BY_CONSTRAINT[constraint] ?? BY_CODE[code])?.({ cause: error }) ?? error;
}

/** For `.catch`: throws the domain's error for what PostgreSQL refuses. */
export function throwDomainError(error: unknown): never {
  throw domainErrorOf(error);
}
