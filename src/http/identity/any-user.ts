import type { DataSource } from 'typeorm';
import { User } from '../../entities';

/** The id of any user, to try the API with; undefined: there are no users. */
export async function anyUser(dataSource: DataSource): Promise<string | undefined> {
  const [user] = await dataSource.getRepository(User).find({ select: { id: true }, take: 1 });
  return user?.id;
}
