import { ConflictError, InvalidInputError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class AuthorExistsError extends ConflictError {}
export class PostAlreadyIngestedError extends ConflictError {}
export class AlreadyChampionError extends ConflictError {}
export class UnapprovedReplyError extends ConflictError {}
export class UnsignedReplyError extends InvalidInputError {}
export class MedicalClaimError extends InvalidInputError {}

declareViolations('social', {
  uq_authors_platform_platform_id: means(AuthorExistsError, 'This author of the platform already exists.'),
  uq_posts_platform_platform_post_id: means(
    PostAlreadyIngestedError,
    'This post of the platform has already been ingested.',
  ),
  chk_replies_content_claims: means(MedicalClaimError, 'A reply must not make a medical claim.'),
  chk_replies_content_signature: means(UnsignedReplyError, 'A reply must be signed.'),
  chk_replies_posted: means(UnapprovedReplyError, 'A reply must be approved before it is posted.'),
  uq_community_champions_author_id: means(AlreadyChampionError, 'This author is already a champion.'),
});
