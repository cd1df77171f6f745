import { permission } from '../define.ts';

export const serverPermissions = {
  read: permission('servers.server.read', 'low', 'See servers, their facts and whether they answer'),
  enrol: permission('servers.server.enrol', 'high', 'Enrol servers and confirm their fingerprints'),
  manage: permission('servers.capability.set', 'high', 'Let Muster change a server, capability by capability'),
  edit: permission('servers.server.edit', 'medium', 'Rename and tag servers, retire them'),
  groups: permission('servers.group.edit', 'medium', 'Create groups and assign servers to them'),
};
