/** What a person is to the platform. */
export const USER_ROLES = ['educator', 'coach', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];
