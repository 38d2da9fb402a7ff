import { sessionFactory } from './session.factory';
import { userFactory } from './user.factory';
import { userProfileFactory } from './user-profile.factory';

export const identity = [sessionFactory, userFactory, userProfileFactory] as const;
