// PLK-001: Plesk remote API open to all addresses.
import { check, notApplicable, passIf } from '../check.ts';
import { guide, step } from '../guide.ts';
import { panel } from '../probes/panel.ts';
import { sh } from '../shell.ts';

const INI = '/usr/local/psa/admin/conf/panel.ini';

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
  reads: { panel },
  judge({ panel: { plesk } }) {
    if (plesk === null) return notApplicable('Plesk is not installed');
    const { enabled, allowed, wellFormed } = plesk.api;
    return passIf(!enabled || (allowed.length > 0 && wellFormed), {
      enabled,
      allowed: allowed.join(', ').slice(0, 600) || 'everybody',
    });
  },
  steps({ evidence: { allowed } }) {
    return guide(
      [
        step(
          `The interface is open to: ${allowed}. Keep the present file.`,
          sh`cp -p ${INI} ${INI}.before`,
          sh`grep -n -A5 '^\\[api\\]' ${INI}`,
        ),
        step(
          `Write allowedIPs = and the addresses that need it, with commas and without blanks, below [api] of ${INI}; or enabled = off. Plesk reads it at once.`,
          undefined,
          sh`grep -n -A5 '^\\[api\\]' ${INI}`,
        ),
      ],
      [step('Put the former file back.', sh`mv ${INI}.before ${INI}`)],
    );
  },
});
