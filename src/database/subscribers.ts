import type { DataSource, EntitySubscriberInterface } from 'typeorm';

/** Registers a subscriber. It replaces an earlier subscriber of the same class. */
export function subscribe(dataSource: DataSource, subscriber: EntitySubscriberInterface): void {
  const others = dataSource.subscribers.filter(({ constructor }) => constructor !== subscriber.constructor);
  dataSource.subscribers.splice(0, Infinity, ...others, subscriber);
}
