import { AsyncLocalStorage } from 'node:async_hooks';

const actor = new AsyncLocalStorage<string>();

/** Runs `work` under a name for the audit log: a person on duty, or a part of the backend. */
export function actingAs<T>(name: string, work: () => Promise<T>): Promise<T> {
  return actor.run(name, work);
}

/** The name under which the current work runs; undefined: none was given. */
export function currentActor(): string | undefined {
  return actor.getStore();
}
