// PLK-004: Plesk enhanced security mode off.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { panel } from '../probes/panel.ts';

export default check({
  id: 'PLK-004',
  area: 'panel',
  severity: 'medium',
  title: 'Plesk enhanced security mode off',
  measured: 'plesk db: secure_passwords of misc',
  expected: 'the mode is on',
  why: 'Without it passwords lie in Plesk’s database so that they can be read back. Whoever gets the database gets every mailbox.',
  evidence: { mode: 'Enhanced security mode' },
  fix: 'Tools & Settings, Security Policy, Enhanced security mode: on. It cannot be undone: try it where integrations read passwords first.',
  undo: 'It cannot be undone; restore Plesk from a backup.',
  risk: 'service',
  maps: [],
  reads: { panel },
  judge({ panel: { plesk } }) {
    if (plesk === null) return notApplicable('Plesk is not installed');
    if (plesk.enhancedSecurity === null) return unknown('Plesk’s database does not tell its security mode');
    return passIf(plesk.enhancedSecurity, { mode: 'off' });
  },
});
