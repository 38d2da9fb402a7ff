import { AsyncLocalStorage } from 'node:async_hooks';

const actor = new AsyncLocalStorage<string>();

/** Runs `work` in the name of somebody, as the audit log is to call them: a person on duty, a part of the backend. */
export function actingAs<T>(name: string, work: () => Promise<T>): Promise<T> {
  return actor.run(name, work);
}

/** In whose name the running work is done; undefined: nobody has said. */
export function currentActor(): string | undefined {
  return actor.getStore();
}
