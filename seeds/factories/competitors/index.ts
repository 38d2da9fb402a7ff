import { competitiveMentionFactory } from './competitive-mention.factory';
import { competitorFactory } from './competitor.factory';

export const competitors = [competitiveMentionFactory, competitorFactory] as const;
