import { IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { Check, Column, CreateDateColumn, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';
import { snakeCase } from '../database/naming-strategy';
import { Trigger, triggerFunction } from '../schema';

/** Sets updated_at on every UPDATE, that of raw SQL included. */
export const setUpdatedAt = triggerFunction({
  name: 'set_updated_at',
  comment: 'Sets updated_at to the time of the transaction, whoever changes the row.',
  body: `BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END`,
});

/**
 * Refuses to change or delete a row of an append-only table. The trigger's arguments are the columns that may change all
 * the same. A DELETE passes where it is the cascade of another table's (pg_trigger_depth counts the cascading one), or
 * where the transaction's setting app.job is 'retention'.
 */
export const keepHistory = triggerFunction({
  name: 'keep_history',
  comment:
    'Refuses UPDATE (but of the columns in its arguments) and DELETE (but by cascade or by the retention job) of an append-only table.',
  body: `BEGIN
  IF TG_OP = 'DELETE' THEN
    IF pg_catalog.pg_trigger_depth() > 1 OR pg_catalog.current_setting('app.job', true) = 'retention' THEN
      RETURN OLD;
    END IF;
  ELSIF pg_catalog.to_jsonb(NEW) - TG_ARGV::pg_catalog.text[] = pg_catalog.to_jsonb(OLD) - TG_ARGV::pg_catalog.text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END`,
});

/** The primary key: `id uuid = gen_random_uuid()`. */
export function PrimaryKey(): PropertyDecorator {
  return PrimaryGeneratedColumn('uuid', { comment: 'Random UUID (version 4): neither guessable nor countable.' });
}

/** `created_at`: when the row was written, set by the database. */
export function CreatedAt(): PropertyDecorator {
  return CreateDateColumn({ type: 'timestamptz', comment: 'When the row was written.' });
}

/** `updated_at`: when the row was last changed, kept by the database on every UPDATE, raw SQL included. */
export function UpdatedAt(): PropertyDecorator {
  return (target, property) => {
    UpdateDateColumn({ type: 'timestamptz', comment: 'When the row was last changed. Kept by a trigger.' })(target, property);
    Trigger({ name: 'set_updated_at', timing: 'BEFORE', events: ['UPDATE'], execute: setUpdatedAt })(
      target.constructor as new () => object,
    );
  };
}

interface NumberOptions {
  /** Whether the column takes NULL. Default: false. */
  nullable?: boolean;
  /** The column's DEFAULT. Default: none. */
  default?: number;
}

/** A score: double precision from 0.0 to 1.0 (003). */
export function Score({ nullable = false, default: defaultValue }: NumberOptions = {}): PropertyDecorator {
  return (target, property) => {
    const column = snakeCase(String(property));
    const hasDefault = defaultValue !== undefined;
    Column({ type: 'double precision', nullable, ...(hasDefault && { default: () => String(defaultValue) }) })(target, property);
    Check(`"${column}" BETWEEN 0 AND 1`)(target, property);
    IsNumber()(target, property);
    Min(0)(target, property);
    Max(1)(target, property);
    if (nullable || hasDefault) IsOptional()(target, property);
  };
}

/** A count: an integer of at least 0. */
export function Count({ nullable = false, default: defaultValue }: NumberOptions = {}): PropertyDecorator {
  return (target, property) => {
    const column = snakeCase(String(property));
    const hasDefault = defaultValue !== undefined;
    Column({ type: 'integer', nullable, ...(hasDefault && { default: defaultValue }) })(target, property);
    Check(`"${column}" >= 0`)(target, property);
    IsInt()(target, property);
    Min(0)(target, property);
    if (nullable || hasDefault) IsOptional()(target, property);
  };
}
