export { CompetitiveMention } from './competitive-mention.entity';
export { Competitor } from './competitor.entity';
