import type { DataSource } from 'typeorm';
import { User } from '../../entities';

/** The id of some user, to try the API as; undefined: there are no users. */
export async function anyUser(dataSource: DataSource): Promise<string | undefined> {
  const [user] = await dataSource.getRepository(User).find({ select: { id: true }, take: 1 });
  return user?.id;
}
