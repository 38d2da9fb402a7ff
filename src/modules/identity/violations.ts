import { ConflictError, InvalidInputError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class DuplicateEmailError extends ConflictError {}
export class DuplicateSsoIdentityError extends ConflictError {}
export class ProfileExistsError extends ConflictError {}
export class MissingCredentialError extends InvalidInputError {}

declareViolations('identity', {
  idx_users_email: means(DuplicateEmailError, 'Somebody has this address already: log in, or use another one.'),
  uq_users_sso_provider_sso_id: means(
    DuplicateSsoIdentityError,
    'This identity of the provider has an account already.',
  ),
  chk_users_credential: means(MissingCredentialError, 'An account needs a password or a single sign-on identity.'),
  uq_user_profiles_user_id: means(ProfileExistsError, 'The person has a profile already: change that one.'),
});
