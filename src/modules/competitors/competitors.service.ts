import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, QueryDeepPartialEntity, Repository } from 'typeorm';
import { CompetitiveMention, Competitor } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** The data of a competitor. */
export type CompetitorProfile = Pick<Competitor, 'name' | 'category' | 'pricePoint'> &
  Partial<Pick<Competitor, 'primaryMechanism' | 'brandKeywords'>>;

/** A post's mention of a competitor. */
export type NewMention = Pick<CompetitiveMention, 'postId' | 'competitorId' | 'sentiment' | 'opportunityScore'> &
  Partial<Pick<CompetitiveMention, 'satisfaction'>>;

/** Competitors, and their mentions in posts (003). */
@Injectable()
export class CompetitorsService {
  constructor(
    @InjectRepository(Competitor) private readonly competitors: Repository<Competitor>,
    @InjectRepository(CompetitiveMention) private readonly mentions: Repository<CompetitiveMention>,
  ) {}

  /** Creates a competitor, or updates the given properties of the one with the same name. */
  async save(profile: CompetitorProfile): Promise<Competitor> {
    await upsert(this.competitors.manager, Competitor, profile, ['name']).catch(throwDomainError);
    return this.competitors.findOneByOrFail({ name: profile.name });
  }

  /** The competitors whose keywords occur in a text (ignoring case), ordered by name. */
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
   * Records a mention of a competitor in a post. It replaces an earlier one, but keeps whether we have replied.
   *
   * @param manager of the transaction to join. Default: no transaction
   * @throws ConflictError if the post or the competitor does not exist
   */
  async mention(mention: NewMention, manager: EntityManager = this.mentions.manager): Promise<CompetitiveMention> {
    await upsert(manager, CompetitiveMention, mention, ['postId', 'competitorId']).catch(throwDomainError);
    const { postId, competitorId } = mention;
    return manager.findOneByOrFail(CompetitiveMention, { postId, competitorId });
  }

  /** The mentions of a competitor without a reply, the best opportunities first. */
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
   * Marks all mentions in a post as replied to.
   *
   * @param manager of the transaction to join. Default: no transaction
   */
  async markPostReplied(postId: string, manager: EntityManager = this.mentions.manager): Promise<void> {
    await manager.update(CompetitiveMention, { postId }, { replied: true }).catch(throwDomainError);
  }
}

/** Inserts a row, or updates the one with the same key. TypeORM's own upsert would reset missing properties to their defaults. */
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
