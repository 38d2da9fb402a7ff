import { IsDate, IsNotEmpty, IsNumber, IsObject, IsOptional, IsString } from 'class-validator';
import { Column, Entity } from 'typeorm';
import { Index } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey, Score } from '../columns';

/**
 * What the learning system changed, what it expected of that and what came of it. Written with the change, completed by
 * its evaluation some time after. (003)
 */
@Entity('learning_events')
@BackendOnly()
@Index('idx_learning_events_date', ['date'])
export class LearningEvent {
  @PrimaryKey()
  id: string;

  /** When the change was made. */
  @IsDate()
  @Column({ type: 'timestamptz' })
  date: Date;

  /** What kind of change it was: 'weights', 'threshold' … */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  adjustmentType: string;

  /** The change itself. */
  @IsObject()
  @Column({ type: 'jsonb' })
  adjustment: Record<string, unknown>;

  /** How much better it was expected to do than the baseline. */
  @IsNumber()
  @Column({ type: 'double precision' })
  predictedImprovement: number;

  /** How well it did before the change. */
  @IsNumber()
  @Column({ type: 'double precision' })
  baselinePerformance: number;

  /** How much better it did than the baseline; null: not evaluated yet. */
  @IsOptional()
  @IsNumber()
  @Column({ type: 'double precision', nullable: true })
  actualImprovement: number | null;

  /** How good the expectation was, from 0 to 1; null: not evaluated yet. */
  @Score({ nullable: true })
  accuracy: number | null;

  /** When it was evaluated; null: not yet. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  evaluatedAt: Date | null;

  @CreatedAt()
  createdAt: Date;
}
