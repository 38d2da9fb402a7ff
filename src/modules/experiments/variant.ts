import { createHash } from 'node:crypto';
import type { Experiment } from '../../entities';

const BITS = 48;

/**
 * The variant for a subject. It is always the same, in every process, and is not stored. A hash of experiment and subject gives
 * each subject a place between 0 and 1; places below the traffic split get variant B. So a different split moves as few
 * subjects as possible, and two experiments divide the same subjects independently.
 *
 * @param subject the key of what always gets the same variant: an author, a post
 */
export function variantOf(
  { id, variantA, variantB, trafficSplit }: Pick<Experiment, 'id' | 'variantA' | 'variantB' | 'trafficSplit'>,
  subject: string,
): string {
  const digest = createHash('sha256').update(`${id}:${subject}`).digest();
  const place = digest.readUIntBE(0, BITS / 8) / 2 ** BITS;
  return place < trafficSplit ? variantB : variantA;
}
