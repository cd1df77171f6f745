// PLK-002: Plesk admin login from any network.
import { check, listed, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { panel } from '../probes/panel.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'PLK-002',
  area: 'panel',
  severity: 'high',
  title: 'Plesk admin login from any network',
  measured: 'plesk db: access_policy of misc, rows of cp_access',
  expected: 'denied from networks that are not listed, and at least one is listed',
  why: 'The administrator of Plesk is root of every site on the server. A stolen password is worth nothing where its owner cannot be.',
  evidence: { policy: 'Policy', networks: 'Networks in the list' },
  fix: 'Tools & Settings, Restrict Administrative Access: add the networks of your administrators, your own first, then choose "Denied from the networks that are not listed".',
  undo: "On the server: plesk db \"update misc set val='allow' where param='access_policy'\".",
  risk: 'lockout',
  maps: [],
  reads: { panel },
  judge({ panel: { plesk } }) {
    if (plesk === null) return notApplicable('Plesk is not installed');
    if (plesk.access === null) return unknown('Plesk’s database could not be asked');
    const { policy, networks } = plesk.access;
    return passIf(policy === 'deny' && networks.length > 0, {
      policy: policy === 'deny' ? 'only from listed networks' : 'from everywhere but listed networks',
      networks: listed(networks) || 'none',
    });
  },
  steps({ evidence: { policy, networks } }) {
    return guide(
      [
        step(
          `Administrators come in ${policy}; the list holds: ${networks}.`,
          sh`plesk db "select type, netaddr, netmask from cp_access"`,
        ),
        step(
          'In Plesk: Tools & Settings, Restrict Administrative Access. Add your own network first, then those of the other administrators.',
        ),
        step(
          'Then choose “Denied from the networks that are not listed”. Keep a root shell open until a new sign-in worked.',
          undefined,
          sh`plesk db "select val from misc where param='access_policy'"`,
        ),
      ],
      [step('Let everybody in again.', sh`plesk db "update misc set val='allow' where param='access_policy'"`)],
    );
  },
});
