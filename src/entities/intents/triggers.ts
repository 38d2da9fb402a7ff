import type { TriggerType } from './enumerations';

/** When an intent fires that has a schedule: what its trigger_schedule holds, by its trigger type. */
export interface Schedules {
  /** A cron expression of five fields, or a name such as @daily; the clock is that of an IANA time zone. */
  cron: { cron: string; timezone: string };
  /** 0.25 is every quarter of an hour. */
  interval: { everyHours: number };
  /** ISO 8601 with its offset: 2026-01-31T12:00:00Z. */
  once: { at: string };
}

/** What an intent waits for that has no schedule: what its trigger_condition holds, by its trigger type. */
export interface Conditions {
  /** A price that falls below an amount of the currency (ISO 4217). */
  price: { item: string; below: number; currency: string };
  /** No word from the person for so many days. */
  silence: { afterDays: number };
  /** Something that happens in the application, and what else has to be true of it. */
  event: { event: string; [detail: string]: string | number | boolean };
  /** An appointment with this title that comes near. */
  calendar: { calendar: string; title: string; minutesBefore: number };
  news: { topic: string; subject: string };
}

type Shapes = Schedules & Conditions;

/** What makes an intent fire: its type, with what its schedule or condition holds. */
export type Trigger = { [T in TriggerType]: { type: T } & Shapes[T] }[TriggerType];
