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

/** Replaces a character that PostgreSQL can't store. */
const REPLACEMENT = '\ufffd';

/**
 * Replaces characters that PostgreSQL can't store by U+FFFD: NUL, and lone surrogates (half of a cut emoji), which it stores
 * in text columns only. It does so in the parameters of all statements, and in written entities, so that they match what
 * is stored.
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

/** Like JSON.stringify, with well-formed text. Use it for JSON parameters, which can't be told from other text later. */
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

/** The same value if all its text is well-formed, else a corrected copy. */
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

/** JSON.stringify escapes NUL and lone surrogates. An even number of backslashes precedes an escape; after an odd number it is text. */
function replaceEscapes(json: string): string {
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f]..)/g, `$1${REPLACEMENT}`);
}
