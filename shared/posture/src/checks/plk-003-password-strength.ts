// PLK-003: Plesk password strength too low.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { panel } from '../probes/panel.ts';

const ENOUGH = ['strong', 'very_strong'];

export default check({
  id: 'PLK-003',
  area: 'panel',
  severity: 'medium',
  title: 'Plesk password strength too low',
  measured: 'plesk bin server_pref --show (min_password_strength)',
  expected: 'strong or very strong',
  why: 'Customers choose the weakest password that is taken. Mailboxes with such passwords are the first to send spam.',
  evidence: { strength: 'Minimum strength' },
  fix: 'Tools & Settings, Security Policy, Minimum password strength: Strong. It counts for new passwords.',
  undo: 'Choose the former strength there.',
  risk: 'none',
  maps: [],
  reads: { panel },
  judge({ panel: { plesk } }) {
    if (plesk === null) return notApplicable('Plesk is not installed');
    if (plesk.passwordStrength === null) return unknown('This version of Plesk does not tell its password strength');
    return passIf(ENOUGH.includes(plesk.passwordStrength), { strength: plesk.passwordStrength.replaceAll('_', ' ') });
  },
});
