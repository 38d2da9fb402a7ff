import { IsDate, IsNotEmpty, IsNumber, IsObject, IsOptional, IsString } from 'class-validator';
import { Check, Column, Entity } from 'typeorm';
import { Index } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, PrimaryKey } from '../columns';

/** When the weights of the scores were adjusted or left as they were, and why. Written by the learning system, one row a run. (003) */
@Entity('weight_adjustment_logs')
@BackendOnly()
@Index('idx_weight_adjustment_logs_date', ['date'])
@Check('chk_weight_adjustment_logs_segments', '"valid_segments" <= "total_segments"')
export class WeightAdjustmentLog {
  @PrimaryKey()
  id: string;

  /** When the run was. */
  @IsDate()
  @Column({ type: 'timestamptz' })
  date: Date;

  /** What it did: 'adjusted', 'skipped' … */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  action: string;

  /** Why. */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  reason: string;

  /** How many segments had samples enough; no more than there are. */
  @Count()
  validSegments: number;

  /** How many segments there are. */
  @Count()
  totalSegments: number;

  /** The number of samples of each segment. */
  @IsObject()
  @Column({ type: 'jsonb' })
  sampleSizes: Record<string, unknown>;

  /** The weights before. */
  @IsObject()
  @Column({ type: 'jsonb' })
  oldWeights: Record<string, unknown>;

  /** The weights from then on. */
  @IsObject()
  @Column({ type: 'jsonb' })
  newWeights: Record<string, unknown>;

  /** How much better they are expected to do; null: nothing was adjusted. */
  @IsOptional()
  @IsNumber()
  @Column({ type: 'double precision', nullable: true })
  predictedImprovement: number | null;

  @CreatedAt()
  createdAt: Date;
}
