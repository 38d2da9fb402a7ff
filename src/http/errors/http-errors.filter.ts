import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, HttpStatus, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { describeError, isUnavailable } from '@entity-backend/schema';
import { DomainError } from './domain-errors';
import { domainErrorOf } from './violations';

/** The Retry-After header when the database is unavailable. Seconds. */
const RETRY_AFTER_SECONDS = 5;

/** The response to the caller. */
interface Answer {
  status: number;
  body: object;
}

/**
 * Turns every error into a response: domain errors have their own status and message, an unavailable database is a 503 with
 * Retry-After, and unexpected errors are a 500. No response contains a stack, SQL or another user's data. Each response
 * with a status of 500 or above is logged in one line, with its cause.
 */
@Catch()
export class HttpErrorsFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const { status, body } = answerTo(thrown);
    if (status >= 500) this.logger.error(`${request.method} ${request.path} → ${status}: ${causeOf(thrown)}`);
    if (response.headersSent) return void response.destroy();
    if (status === (HttpStatus.SERVICE_UNAVAILABLE as number)) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    response.status(status).json(body);
  }
}

function answerTo(thrown: unknown): Answer {
  const error = domainErrorOf(thrown);
  if (error instanceof DomainError) return answer(error.status, error.message, error.name);
  if (error instanceof HttpException) return answerOf(error);
  if (isUnavailable(error)) return answer(503, 'The database is temporarily unavailable; please try again.');
  return answer(bodyParsersStatusOf(error) ?? 500);
}

function answerOf(error: HttpException): Answer {
  const [status, response] = [error.getStatus(), error.getResponse()];
  if (typeof response === 'string') return answer(status);
  // The parser's message quotes the body.
  if (status === 400 && /\bJSON\b/.test(error.message)) return answer(400, 'The body is not valid JSON.');
  return { status, body: response };
}

function answer(statusCode: number, message = STATUS_CODES[statusCode], error = STATUS_CODES[statusCode]): Answer {
  return { status: statusCode, body: { statusCode, error, message } };
}

/** The status (400 to 499) of an error from express or its body parser. Their messages quote the body, so they are not sent. */
function bodyParsersStatusOf(error: unknown): number | undefined {
  const { status, expose } = Object(error) as { status?: number; expose?: boolean };
  return expose && status !== undefined && status < 500 ? status : undefined;
}

/** One line: what happened, and for an unknown error also where. */
function causeOf(thrown: unknown): string {
  if (thrown instanceof HttpException) return JSON.stringify(thrown.getResponse());
  const place = thrown instanceof Error && !isUnavailable(thrown) ? thrown.stack?.match(/^ {4}(at .*)$/m)?.[1] : '';
  return `${describeError(thrown)} ${place ?? ''}`.trim();
}
