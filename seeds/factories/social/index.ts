import { authorFactory } from './author.factory';
import { communityChampionFactory } from './community-champion.factory';
import { decisionFactory } from './decision.factory';
import { postFactory } from './post.factory';
import { replyFactory } from './reply.factory';

export const social = [authorFactory, communityChampionFactory, decisionFactory, postFactory, replyFactory] as const;
