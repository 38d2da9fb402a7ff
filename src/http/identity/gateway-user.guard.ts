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

/** The header in which a gateway says who a request is from. */
export const USER_ID_HEADER = 'x-user-id';

/**
 * Lets in requests that say who they are from, in the header x-user-id. There is no sign-in here: a gateway in front, which
 * knows the person, sets the header and removes one that the caller has sent. Where there is none, anybody can say to be
 * anybody: so in production no request is let in unless TRUST_USER_ID_HEADER says that there is one. Put your own
 * guard in its place if your application signs people in itself. Whether the person exists is `UnknownUserInterceptor`'s.
 */
@Injectable()
export class GatewayUserGuard implements CanActivate {
  constructor(private readonly configuration: Configuration) {}

  /** @throws UnauthorizedException where the header is not believed, missing, or no UUID */
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

/** The parameter of a controller's method that is the id of the person whom `GatewayUserGuard` has let in. */
export const UserId = createParamDecorator((_: unknown, context: ExecutionContext) => userIdOf(context)!);

/** Who a request says that it is from; undefined: nobody. */
export function userIdOf(context: ExecutionContext): string | undefined {
  return context.switchToHttp().getRequest<Request>().header(USER_ID_HEADER);
}
