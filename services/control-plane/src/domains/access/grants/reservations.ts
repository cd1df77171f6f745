/** Names of own roles, in small letters. */
export const ROLE_NAME = 'access.role-name';
