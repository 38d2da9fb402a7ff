import {
  type CallHandler,
  type ExecutionContext,
  HttpStatus,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { catchError, concatMap, type Observable } from 'rxjs';
import { ConflictError, DomainError, NotFoundError } from '../errors/domain-errors';
import { userIdOf } from './gateway-user.guard';
import { KnownUsers } from './known-users';

/** The user in the x-user-id header does not exist. */
export class UnknownUserError extends DomainError {
  readonly status = HttpStatus.UNAUTHORIZED;
}

/**
 * Answers requests of an unknown user with 401 instead of an empty page, a 404 or a 409. It looks the user up only in those
 * cases, so other requests need no extra round trip: an unknown user owns no rows and can't create any.
 */
@Injectable()
export class UnknownUserInterceptor implements NestInterceptor {
  constructor(@Optional() private readonly users?: KnownUsers) {}

  /** @throws UnknownUserError */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const userId = userIdOf(context)!;
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        if (isEmptyPage(answer)) await this.refuseUnknown(userId);
        return answer;
      }),
      catchError(async (error: unknown) => {
        if (error instanceof NotFoundError || error instanceof ConflictError) await this.refuseUnknown(userId);
        throw error;
      }),
    );
  }

  private async refuseUnknown(userId: string): Promise<void> {
    if (this.users && !(await this.users.has(userId))) throw new UnknownUserError(`Unknown user ${userId}.`);
  }
}

function isEmptyPage(answer: unknown): boolean {
  const { items } = Object(answer) as { items?: unknown };
  return Array.isArray(items) && items.length === 0;
}
