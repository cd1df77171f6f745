// PLK-001: Plesk remote API open to all addresses.
import { check, notApplicable, passIf } from '../check.ts';
import { panel } from '../probes/panel.ts';

export default check({
  id: 'PLK-001',
  area: 'panel',
  severity: 'high',
  title: 'Plesk remote API open to all addresses',
  measured: 'panel.ini, section [api]: enabled, allowedIPs',
  expected: 'off, or for named addresses',
  why: 'The API does what the panel does, without its second factor. One leaked key is enough from anywhere.',
  evidence: { enabled: 'Enabled', allowed: 'Addresses' },
  fix: 'In panel.ini: [api] allowedIPs = addresses without blanks around the commas, or enabled = off.',
  undo: 'Put the former panel.ini back.',
  risk: 'lockout',
  maps: [],
  basis: 'documented',
  reads: { panel },
  judge({ panel: { plesk } }) {
    if (plesk === null) return notApplicable('Plesk is not installed');
    const { enabled, allowed, wellFormed } = plesk.api;
    return passIf(!enabled || (allowed.length > 0 && wellFormed), {
      enabled,
      allowed: allowed.join(', ').slice(0, 600) || 'everybody',
    });
  },
});
