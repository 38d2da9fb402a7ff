import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, QueryDeepPartialEntity, Repository } from 'typeorm';
import { CompetitiveMention, Competitor } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** What is known of a competitor. */
export type CompetitorProfile = Pick<Competitor, 'name' | 'category' | 'pricePoint'> &
  Partial<Pick<Competitor, 'primaryMechanism' | 'brandKeywords'>>;

/** What a post says of a competitor. */
export type NewMention = Pick<CompetitiveMention, 'postId' | 'competitorId' | 'sentiment' | 'opportunityScore'> &
  Partial<Pick<CompetitiveMention, 'satisfaction'>>;

/** Competitors, and what posts say of them (003). */
@Injectable()
export class CompetitorsService {
  constructor(
    @InjectRepository(Competitor) private readonly competitors: Repository<Competitor>,
    @InjectRepository(CompetitiveMention) private readonly mentions: Repository<CompetitiveMention>,
  ) {}

  /** Writes what is known of a competitor, who is known by the name; of a known one what is given, and nothing else. */
  async save(profile: CompetitorProfile): Promise<Competitor> {
    await upsert(this.competitors.manager, Competitor, profile, ['name']).catch(throwDomainError);
    return this.competitors.findOneByOrFail({ name: profile.name });
  }

  /** The competitors that a text names by one of their keywords, whatever its letters' case, by name. */
  async namedIn(text: string): Promise<Competitor[]> {
    return this.competitors
      .createQueryBuilder('competitor')
      .where(
        `EXISTS (SELECT FROM unnest(competitor.brandKeywords) AS keyword WHERE keyword <> '' AND strpos(lower(:text), lower(keyword)) > 0)`,
        { text },
      )
      .orderBy('competitor.name')
      .getMany()
      .catch(throwDomainError);
  }

  /**
   * Records what a post says of a competitor. Said again, it takes the place of what was recorded; whether we have replied
   * stays.
   *
   * @param manager of the transaction that it shall be part of. Default: none, it is recorded at once
   * @throws ConflictError where there is no such post or competitor
   */
  async mention(mention: NewMention, manager: EntityManager = this.mentions.manager): Promise<CompetitiveMention> {
    await upsert(manager, CompetitiveMention, mention, ['postId', 'competitorId']).catch(throwDomainError);
    const { postId, competitorId } = mention;
    return manager.findOneByOrFail(CompetitiveMention, { postId, competitorId });
  }

  /** The mentions of a competitor that nobody has replied to, the best opportunities first. */
  async opportunities(competitorId: string, limit: number): Promise<CompetitiveMention[]> {
    return this.mentions
      .find({
        where: { competitorId, replied: false },
        order: { opportunityScore: 'DESC', createdAt: 'DESC', id: 'ASC' },
        take: limit,
      })
      .catch(throwDomainError);
  }

  /** @throws NotFoundError */
  async markReplied(mentionId: string): Promise<void> {
    const { affected } = await this.mentions.update({ id: mentionId }, { replied: true }).catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('mention', mentionId);
  }

  /**
   * We have replied to a post, and thereby to all that it says of competitors.
   *
   * @param manager of the transaction that it shall be part of. Default: none
   */
  async markPostReplied(postId: string, manager: EntityManager = this.mentions.manager): Promise<void> {
    await manager.update(CompetitiveMention, { postId }, { replied: true }).catch(throwDomainError);
  }
}

/** Inserts a row, or changes the one that has its key. TypeORM's own upsert would set what is not given to its default. */
async function upsert<E extends object>(
  manager: EntityManager,
  entity: new () => E,
  values: QueryDeepPartialEntity<E>,
  key: (keyof E & string)[],
): Promise<void> {
  const { columns } = manager.connection.getMetadata(entity);
  const names = (properties: string[]): string[] =>
    columns.filter(({ propertyName }) => properties.includes(propertyName)).map(({ databaseName }) => databaseName);
  await manager
    .createQueryBuilder()
    .insert()
    .into(entity)
    // A copy: TypeORM would write into it what the database added.
    .values({ ...values })
    .orUpdate(names(Object.keys(values)), names(key))
    .execute();
}
