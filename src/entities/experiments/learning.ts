/**
 * How good an expectation was, from 0 to 1: 1 where it came true, 0 where nothing or the contrary of it did, or at least
 * twice as much.
 */
export function accuracyOf(predictedImprovement: number, actualImprovement: number): number {
  if (predictedImprovement === 0) return actualImprovement === 0 ? 1 : 0;
  return Math.max(0, 1 - Math.abs(actualImprovement / predictedImprovement - 1));
}
