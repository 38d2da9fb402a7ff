export { Session } from './session.entity';
export { User } from './user.entity';
export { UserProfile } from './user-profile.entity';
