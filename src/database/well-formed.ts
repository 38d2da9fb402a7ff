import { toUSVString } from 'node:util';
import {
  type BeforeQueryEvent,
  type EntityMetadata,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  type ObjectLiteral,
  type UpdateEvent,
} from 'typeorm';

/** Stands for a character that PostgreSQL can't store. */
const REPLACEMENT = '\ufffd';

/**
 * PostgreSQL stores no NUL, and half a character (a lone surrogate, as a cut emoji ends in) in text alone. Both become U+FFFD
 * on their way to the database: in parameters, whatever the statement, and in the entities that are written, which thus say
 * what is stored.
 */
@EventSubscriber()
export class WellFormedText implements EntitySubscriberInterface<ObjectLiteral> {
  beforeQuery({ parameters = [] }: BeforeQueryEvent): void {
    for (const [index, parameter] of (parameters as unknown[]).entries()) {
      const right = wellFormed(parameter);
      if (right !== parameter) (parameters as unknown[])[index] = right;
    }
  }

  beforeInsert({ entity, metadata }: InsertEvent<ObjectLiteral>): void {
    correct(metadata, entity);
  }

  beforeUpdate({ entity, metadata }: UpdateEvent<ObjectLiteral>): void {
    if (entity) correct(metadata, entity);
  }
}

/** As JSON.stringify, of well-formed text: for a parameter of JSON, which once it is text looks like any other text. */
export function wellFormedJson(value: unknown): string {
  return replaceEscapes(JSON.stringify(value));
}

function correct({ columns }: EntityMetadata, entity: ObjectLiteral): void {
  for (const column of columns) {
    const value: unknown = column.getEntityValue(entity);
    const right = wellFormed(value);
    if (right !== value) column.setEntityValue(entity, right);
  }
}

/** The same value where all its text is well-formed, else a copy. */
export function wellFormed<T>(value: T): T {
  return corrected(value) as T;
}

function corrected(value: unknown): unknown {
  if (typeof value === 'string') return toUSVString(value).replaceAll('\0', REPLACEMENT);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const right = value.map(corrected);
    return right.every((one, index) => one === value[index]) ? value : right;
  }
  const json = JSON.stringify(value);
  const right = replaceEscapes(json);
  return right === json ? value : JSON.parse(right);
}

/** JSON.stringify escapes NUL and lone surrogates. An escape follows an even number of backslashes; after an odd one it is text. */
function replaceEscapes(json: string): string {
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f]..)/g, `$1${REPLACEMENT}`);
}
