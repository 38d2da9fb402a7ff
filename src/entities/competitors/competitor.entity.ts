import { Entity, OneToMany, type Relation } from 'typeorm';
import { Enumeration, Text, Texts } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { CompetitiveMention } from './competitive-mention.entity';
import { COMPETITOR_CATEGORIES, type CompetitorCategory, PRICE_POINTS, type PricePoint } from './enumerations';

/** Whose products people name beside ours, and the words to know them by. Written by the marketing team. (003) */
@Entity('competitors')
@BackendOnly()
export class Competitor {
  @PrimaryKey() id: string;

  /** The brand. */
  @Text({ notEmpty: true, unique: true }) name: string;

  /** What it sells. */
  @Enumeration(COMPETITOR_CATEGORIES) category: CompetitorCategory;

  /** What its product says it works by; null: not known. */
  @Text({ nullable: true }) primaryMechanism: string | null;

  /** What it costs, roughly. */
  @Enumeration(PRICE_POINTS) pricePoint: PricePoint;

  /** The words that name it in a post. */
  @Texts({ default: [] }) brandKeywords: string[];

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  @OneToMany(() => CompetitiveMention, (mention) => mention.competitor) mentions: Relation<CompetitiveMention>[];
}
