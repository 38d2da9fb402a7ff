import { createHash } from 'node:crypto';
import type { Experiment } from '../../entities';

const BITS = 48;

/**
 * The variant that a subject gets: always the same one, in every process, and without anybody having to remember it. Each
 * subject has a place between 0 and 1, by a hash of experiment and subject; those below the traffic split get variant B.
 * So another split moves no more subjects than it has to, and two experiments divide the same subjects independently.
 *
 * @param subject what is to be treated alike throughout: an author's key, a post's
 */
export function variantOf(
  { id, variantA, variantB, trafficSplit }: Pick<Experiment, 'id' | 'variantA' | 'variantB' | 'trafficSplit'>,
  subject: string,
): string {
  const digest = createHash('sha256').update(`${id}:${subject}`).digest();
  const place = digest.readUIntBE(0, BITS / 8) / 2 ** BITS;
  return place < trafficSplit ? variantB : variantA;
}
