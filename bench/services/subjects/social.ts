import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Post } from '../../../src/entities';
import { NOT_REPORTED, PostsService, type Sighting } from '../../../src/modules/social/posts.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { REFERENCE_DATE } from '../../../test/modules/fill';
import type { Subject } from './subject';

export const social: Subject = {
  name: 'social',
  module: SocialModule,
  rows: (rows) => ({ authors: Math.ceil((rows / 40) * 15), posts: rows }),
  async calls(app) {
    const service = app.get(PostsService);
    const posts = app.get<Repository<Post>>(getRepositoryToken(Post));
    const [one, hundred] = [sightings('one', 1), sightings('hundred', 100)];
    const known = sightings('known', 100);
    await service.ingest(known, REFERENCE_DATE);
    return {
      'claim(10)': {
        run: () => service.claim(10, REFERENCE_DATE),
        undo: () =>
          posts.query(
            'UPDATE posts SET error_count = 0, error_message = NULL WHERE processed_at IS NULL AND error_message = $1',
            [NOT_REPORTED],
          ),
      },
      'ingest of 1': {
        run: () => service.ingest(one, REFERENCE_DATE),
        undo: () => remove(posts, one),
      },
      'ingest of 100': {
        run: () => service.ingest(hundred, REFERENCE_DATE),
        undo: () => remove(posts, hundred),
      },
      'ingest of 100 known': { run: () => service.ingest(known, REFERENCE_DATE) },
    };
  },
};

/** Of new posts, three an author: as the demo data have it. */
function sightings(batch: string, count: number): Sighting[] {
  return Array.from({ length: count }, (_, index) => ({
    platform: 'REDDIT',
    platformPostId: `bench-${batch}-${index}`,
    content: 'Day after my sister’s wedding and I have a headache. Does anybody here take electrolytes before bed?',
    keywordMatches: ['wedding', 'headache', 'electrolytes'],
    keywordCategories: ['occasion', 'pain', 'solution'],
    rawMetrics: { views: 1200, likes: 31, replies: 7 },
    author: {
      platformId: `bench-${batch}-${Math.floor(index / 3)}`,
      handle: 'ada_lovelace',
      displayName: 'Ada Lovelace',
      followerCount: 1200,
      isVerified: false,
    },
  }));
}

function remove(posts: Repository<Post>, batch: readonly Sighting[]): Promise<unknown> {
  const ids = batch.map(({ platformPostId }) => platformPostId);
  return posts.query(`DELETE FROM posts WHERE platform = 'REDDIT' AND platform_post_id = ANY($1)`, [ids]);
}
