export { Author } from './author.entity';
export { CommunityChampion } from './community-champion.entity';
export { Decision } from './decision.entity';
export { Post } from './post.entity';
export { Reply } from './reply.entity';
