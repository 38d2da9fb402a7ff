import { isISO4217CurrencyCode, isISO8601 } from 'class-validator';
import { Cron } from 'croner';
import type { ScheduledIntent } from '../../entities';
import { TRIGGER_TYPES, type TriggerType } from '../../entities/intents/enumerations';
import type { Trigger } from '../../entities/intents/triggers';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { remembering } from './remembering';

interface Rule {
  holds: (value: unknown) => boolean;
  /** What is allowed, as it follows "give" in the message. */
  allowed: string;
}

const text: Rule = {
  holds: (value) => typeof value === 'string' && value.trim() !== '' && value.length <= 200,
  allowed: 'text of 1 to 200 characters',
};

const detail: Rule = {
  holds: (value) => typeof value === 'number' || typeof value === 'boolean' || text.holds(value),
  allowed: `${text.allowed}, a number, true or false`,
};

function number(allowed: string, min: number, max: number): Rule {
  return { holds: (value) => typeof value === 'number' && value >= min && value <= max, allowed };
}

/** The properties of each type of trigger: exactly these; an event may have more. */
const RULES: Record<TriggerType, Record<string, Rule>> = {
  cron: {
    cron: { holds: isCron, allowed: 'five fields such as "0 7 * * 1-5", or a name such as "@daily"' },
    timezone: { holds: isTimeZone, allowed: 'an IANA time zone such as "Europe/Vienna"' },
  },
  interval: { everyHours: number('a number of hours, from a minute (1/60) to ten years (87600)', 1 / 60, 87_600) },
  once: { at: { holds: isMoment, allowed: 'a time with its UTC offset, such as "2026-01-31T12:00:00Z"' } },
  price: {
    item: text,
    below: number('an amount above 0', Number.MIN_VALUE, Number.MAX_VALUE),
    currency: { holds: isISO4217CurrencyCode, allowed: 'a currency such as "USD"' },
  },
  silence: { afterDays: number('a number of days, from 1 to 3650', 1, 3650) },
  event: { event: text },
  calendar: { calendar: text, title: text, minutesBefore: number('a number of minutes, from 0 to 10080', 0, 10_080) },
  news: { topic: text, subject: text },
};

/**
 * The trigger of an intent.
 *
 * @throws InvalidInputError if it is invalid for its type; the message names the field
 */
export function triggerOf(
  intent: Pick<ScheduledIntent, 'triggerType' | 'triggerSchedule' | 'triggerCondition'>,
): Trigger {
  const { triggerType } = intent;
  if (!TRIGGER_TYPES.includes(triggerType))
    throw wrong('triggerType', triggerType, `one of ${TRIGGER_TYPES.join(', ')}`);
  const rules = RULES[triggerType];
  const names = Object.keys(rules).join(', ');
  const [field, other] = hasSchedule(triggerType)
    ? (['triggerSchedule', 'triggerCondition'] as const)
    : (['triggerCondition', 'triggerSchedule'] as const);
  const given: unknown = intent[field];
  if (!isPlainObject(given)) throw wrong(field, given, `an object with ${names}, which "${triggerType}" needs`);
  if (intent[other]) throw wrong(other, intent[other], `null, since "${triggerType}" uses ${field}`);
  for (const [name, { holds, allowed }] of Object.entries(rules)) {
    if (!holds(given[name])) throw wrong(`${field}.${name}`, given[name], allowed);
  }
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(rules, name)) continue;
    if (triggerType !== 'event') throw wrong(`${field}.${name}`, value, `only ${names}`);
    if (!detail.holds(value)) throw wrong(`${field}.${name}`, value, detail.allowed);
  }
  return { ...given, type: triggerType } as Trigger;
}

export function hasSchedule(type: TriggerType): boolean {
  return type === 'cron' || type === 'interval' || type === 'once';
}

/** @param allowed what is allowed */
export function wrong(field: string, value: unknown, allowed: string): InvalidInputError {
  const given = value === undefined || value === null ? 'missing' : JSON.stringify(value).slice(0, 80);
  return new InvalidInputError(`${field} is ${given}: give ${allowed}.`);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Croner also accepts a date instead of a pattern. */
const FIVE_FIELDS_OR_NAME = /^(@[a-z]+|\S+( +\S+){4})$/i;

const isExpression = remembering(
  (text) => FIVE_FIELDS_OR_NAME.test(text) && succeeds(() => new Cron(text, { mode: '5-part' })),
);

/** Excludes offsets, which newer versions of Node accept as zones: they have no daylight saving time. */
const isZone = remembering(
  (text) => /^[a-z]/i.test(text) && succeeds(() => new Intl.DateTimeFormat('en', { timeZone: text })),
);

function isCron(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 200 && isExpression(value);
}

function isTimeZone(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 100 && isZone(value);
}

function isMoment(value: unknown): boolean {
  if (!isISO8601(value, { strict: true, strictSeparator: true })) return false;
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(value as string) && !Number.isNaN(Date.parse(value as string));
}

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
