import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  UpdateDateColumn,
} from 'typeorm';
import { Enumeration } from '@entity-backend/schema';

export const KINDS = ['round', 'square'] as const;
export const REFERENCE_DATE = new Date('2026-01-01T12:00:00Z');

@Entity('shelves')
export class Shelf {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ type: 'text' })
  room: string;

  @OneToMany(() => Box, (box) => box.shelf)
  boxes: Relation<Box>[];

  @OneToMany(() => Box, (box) => box.formerShelf)
  formerBoxes: Relation<Box>[];
}

@Entity('boxes')
export class Box {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ type: 'uuid' })
  shelfId: string;

  @ManyToOne(() => Shelf, (shelf) => shelf.boxes, { nullable: false })
  @JoinColumn({ name: 'shelf_id' })
  shelf: Relation<Shelf>;

  @Column({ type: 'uuid', nullable: true })
  formerShelfId: string | null;

  @ManyToOne(() => Shelf, (shelf) => shelf.formerBoxes)
  @JoinColumn({ name: 'former_shelf_id' })
  formerShelf: Relation<Shelf> | null;

  @Enumeration(KINDS)
  kind: (typeof KINDS)[number];

  @Column({ type: 'varchar', length: 5 })
  label: string;

  @Column({ type: 'text', nullable: true })
  note: string | null;

  @Column({ type: 'integer', default: 7 })
  weight: number;

  @Column({ type: 'integer', default: () => '7 + 1' })
  height: number;

  @Column({ type: 'text', array: true })
  contents: string[];

  @Column({ type: 'vector', length: 3 })
  shape: number[];

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
