import { CreateDateColumn, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';
import { type ColumnOptions, Double, Integer, Trigger, triggerFunction } from '@entity-backend/schema';

/** Sets updated_at on every UPDATE, that of raw SQL included. created_at is immutable (002): it stays what it was. */
export const keepTimestamps = triggerFunction({
  name: 'keep_timestamps',
  comment: 'Sets updated_at to the time of the transaction and keeps created_at as it was, whoever changes the row.',
  body: `BEGIN
  NEW.updated_at := pg_catalog.now();
  NEW.created_at := OLD.created_at;
  RETURN NEW;
END`,
});

/**
 * Refuses to change or delete a row of an append-only table. The trigger's arguments are the columns that may change all
 * the same. A DELETE passes where it is the cascade of another table's: pg_trigger_depth counts the cascading trigger.
 */
export const keepHistory = triggerFunction({
  name: 'keep_history',
  comment: 'Refuses UPDATE (but of the columns in its arguments) and DELETE (but by cascade) of an append-only table.',
  body: `DECLARE
  changeable CONSTANT pg_catalog.text[] := coalesce(TG_ARGV, '{}');
BEGIN
  IF TG_OP = 'DELETE' AND pg_catalog.pg_trigger_depth() > 1 THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND pg_catalog.to_jsonb(NEW) - changeable = pg_catalog.to_jsonb(OLD) - changeable THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END`,
});

/** Refuses a DELETE but that of the retention job, whose transaction sets app.job to 'retention'. */
export const keepUntilRetention = triggerFunction({
  name: 'keep_until_retention',
  comment: "Refuses DELETE but in a transaction that sets app.job to 'retention'.",
  body: `BEGIN
  IF pg_catalog.current_setting('app.job', true) = 'retention' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'DELETE of % is refused: only the retention job deletes its rows', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END`,
});

/** The primary key: `id uuid = gen_random_uuid()`. */
export function PrimaryKey(): PropertyDecorator {
  return PrimaryGeneratedColumn('uuid', { comment: 'Random UUID (version 4): neither guessable nor countable.' });
}

/** `created_at`: when the row was written, set by the database and immutable. */
export function CreatedAt(): PropertyDecorator {
  return CreateDateColumn({ type: 'timestamptz', update: false, comment: 'When the row was written.' });
}

/** `updated_at`: when the row was last changed, kept by the database on every UPDATE, raw SQL included. */
export function UpdatedAt(): PropertyDecorator {
  return (target, property) => {
    UpdateDateColumn({ type: 'timestamptz', comment: 'When the row was last changed. Kept by a trigger.' })(
      target,
      property,
    );
    Trigger({ name: 'keep_timestamps', timing: 'BEFORE', events: ['UPDATE'], execute: keepTimestamps })(
      target.constructor as new () => object,
    );
  };
}

/** A score: a number from 0.0 to 1.0 (003). */
export function Score<N extends boolean = false>(options: ColumnOptions<number, N> = {}) {
  return Double({ ...options, min: 0, max: 1 });
}

/** A count: an integer of at least 0. */
export function Count<N extends boolean = false>(options: ColumnOptions<number, N> = {}) {
  return Integer({ ...options, min: 0 });
}
