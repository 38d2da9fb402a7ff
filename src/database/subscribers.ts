import type { DataSource, EntitySubscriberInterface } from 'typeorm';

/** Lets a subscriber hear of what is written from now on, in the place of an earlier one of its class. */
export function subscribe(dataSource: DataSource, subscriber: EntitySubscriberInterface): void {
  const others = dataSource.subscribers.filter(({ constructor }) => constructor !== subscriber.constructor);
  dataSource.subscribers.splice(0, Infinity, ...others, subscriber);
}
