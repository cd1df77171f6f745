import { permission } from '../define.ts';

export const banPermissions = {
  read: permission('bans.log.read', 'low', 'See the ban log, blocks in force and the never-blocked list'),
  block: permission('bans.address.block', 'high', 'Block and unblock addresses and ranges'),
  protect: permission('bans.address.protect', 'high', 'Put addresses on the never-blocked list and end entries'),
};
