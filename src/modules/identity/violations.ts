import { ConflictError, InvalidInputError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateEmailError extends ConflictError {}
export class DuplicateSsoIdentityError extends ConflictError {}
export class ProfileExistsError extends ConflictError {}
export class MissingCredentialError extends InvalidInputError {}

declareViolations('identity', {
  idx_users_email: means(DuplicateEmailError, 'This email address is already registered: log in, or use another one.'),
  uq_users_sso_provider_sso_id: means(DuplicateSsoIdentityError, 'An account with this SSO identity already exists.'),
  chk_users_credential: means(MissingCredentialError, 'An account needs a password or a single sign-on identity.'),
  uq_user_profiles_user_id: means(ProfileExistsError, 'The user already has a profile: change that one.'),
});
