/**
 * The people whom the application knows. The domain that keeps them provides it to all modules. Where none does, whoever
 * `GatewayUserGuard` lets in is taken for known.
 */
export abstract class KnownUsers {
  /** Whether there is somebody of this id. */
  abstract has(userId: string): Promise<boolean>;

  /** The id of some user, to try the API as; undefined: there are none yet. */
  abstract any(): Promise<string | undefined>;
}
