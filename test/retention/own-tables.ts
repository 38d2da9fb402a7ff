import {
  Column,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { Retention } from '@entity-backend/schema';

/** A number of a machine, by the day. Keys, names and types are none of the skeleton's. */
@Entity('Machine, readings')
@Retention({ by: 'day', keep: '18 months', archive: 'csv', per: 'month' })
export class Reading {
  @PrimaryGeneratedColumn('identity', { name: 'no, 1', generatedIdentity: 'ALWAYS' })
  number: number;

  @Column({ type: 'date', name: 'Day' })
  day: string;

  @Column({ type: 'double precision' })
  value: number;

  @Column({ type: 'double precision', generatedType: 'STORED', asExpression: 'value * 2', insert: false })
  doubled: number;
}

@Entity('labels', { schema: 'shop' })
export class Label {
  @PrimaryColumn({ type: 'text' })
  name: string;
}

/** An order with lines, notes on lines (of a key of two columns each), and labels that stay. */
@Entity('orders', { schema: 'shop' })
@Retention({ by: 'closedAt', keep: '1 year', archive: 'json.gz', per: 'month', with: [() => Line, () => Note] })
export class Order {
  @PrimaryColumn({ type: 'text' })
  code: string;

  @Column({ type: 'timestamp', name: 'closed_at', nullable: true })
  closedAt: Date | null;

  @ManyToMany(() => Label)
  @JoinTable({ name: 'order_labels', schema: 'shop' })
  labels: Relation<Label>[];
}

@Entity('lines', { schema: 'shop' })
export class Line {
  @PrimaryColumn({ type: 'text', name: 'order_code' })
  orderCode: string;

  @PrimaryColumn({ type: 'integer' })
  place: number;

  @ManyToOne(() => Order, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'order_code' })
  order: Relation<Order> | null;
}

@Entity('line_notes', { schema: 'shop' })
export class Note {
  @PrimaryColumn({ type: 'bigint' })
  id: string;

  @ManyToOne(() => Line, { onDelete: 'CASCADE' })
  @JoinColumn([
    { name: 'order_code', referencedColumnName: 'orderCode' },
    { name: 'place', referencedColumnName: 'place' },
  ])
  line: Relation<Line> | null;
}

/** Stays, and forgets the line it came from. */
@Entity('complaints', { schema: 'shop' })
export class Complaint {
  @PrimaryColumn({ type: 'text' })
  subject: string;

  @PrimaryColumn({ type: 'integer' })
  number: number;

  @ManyToOne(() => Line, { onDelete: 'SET NULL' })
  @JoinColumn([
    { name: 'order_code', referencedColumnName: 'orderCode' },
    { name: 'place', referencedColumnName: 'place' },
  ])
  line: Relation<Line> | null;
}

/** The same table, with a declaration that was changed later. */
@Entity('Machine, readings')
@Retention({ by: 'day', keep: '18 months', archive: 'json' })
export class ReadingInJson extends Reading {}
