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

/** Who a request is said to be from does not exist, any more or at all. */
export class UnknownUserError extends DomainError {
  readonly status = HttpStatus.UNAUTHORIZED;
}

/**
 * Answers requests of a person who does not exist by 401, where they would find nothing or contradict something. Only then
 * is it asked for, so that it costs nobody else a round trip: a person who does not exist owns nothing, and can't.
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
    if (this.users && !(await this.users.has(userId)))
      throw new UnknownUserError(`There is no user ${userId}: sign in again.`);
  }
}

function isEmptyPage(answer: unknown): boolean {
  const { items } = Object(answer) as { items?: unknown };
  return Array.isArray(items) && items.length === 0;
}
