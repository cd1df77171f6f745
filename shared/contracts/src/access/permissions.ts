import { permission } from '../define.ts';

export const accessPermissions = {
  ownAccount: permission('access.account.use', 'low', 'Sign in and out and read one’s own account'),
  setUp: permission('access.owner.register', 'critical', 'Register the first owner with the one-time link'),
};
