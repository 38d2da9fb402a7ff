import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { Request } from 'express';
import { Configuration } from '../../database/configuration';

/** The header in which a gateway sends the user's id. */
export const USER_ID_HEADER = 'x-user-id';

/**
 * Accepts requests whose x-user-id header identifies the user. There is no sign-in here: a gateway in front authenticates
 * users, sets the header, and removes one that the caller sent. Without a gateway, callers could claim to be anyone, so in
 * production all requests are rejected unless TRUST_USER_ID_HEADER is true. Replace this guard if your application signs
 * users in itself. `UnknownUserInterceptor` checks whether the user exists.
 */
@Injectable()
export class GatewayUserGuard implements CanActivate {
  constructor(private readonly configuration: Configuration) {}

  /** @throws UnauthorizedException if the header is not trusted, missing, or not a UUID */
  canActivate(context: ExecutionContext): boolean {
    const { nodeEnv, trustUserIdHeader } = this.configuration;
    if (nodeEnv === 'production' && !trustUserIdHeader)
      throw new UnauthorizedException(
        `${USER_ID_HEADER} is not trusted in production; set TRUST_USER_ID_HEADER=true behind a gateway.`,
      );
    if (!isUUID(userIdOf(context)))
      throw new UnauthorizedException(`Missing or malformed ${USER_ID_HEADER} header: it must be a user's UUID.`);
    return true;
  }
}

/** A controller parameter: the id of the user that `GatewayUserGuard` accepted. */
export const UserId = createParamDecorator((_: unknown, context: ExecutionContext) => userIdOf(context)!);

/** The user id in the request's header; undefined: the header is missing. */
export function userIdOf(context: ExecutionContext): string | undefined {
  return context.switchToHttp().getRequest<Request>().header(USER_ID_HEADER);
}
