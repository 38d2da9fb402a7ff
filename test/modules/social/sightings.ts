import type { Sighting } from '../../../src/modules/social/posts.service';
import { fresh } from '../../entities/rows';

type Columns = Partial<Omit<Sighting, 'author'>> & { author?: Partial<Sighting['author']> };

/** A sighting of a new post by a new author, but for what is given. */
export function sighting({ author, ...post }: Columns = {}): Sighting {
  return {
    platform: 'REDDIT',
    platformPostId: fresh('post'),
    content: 'Does magnesium help?',
    keywordMatches: ['magnesium'],
    ...post,
    author: {
      platformId: fresh('author'),
      handle: 'ada',
      displayName: 'Ada',
      followerCount: 10,
      isVerified: false,
      ...author,
    },
  };
}
