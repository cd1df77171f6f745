// ACC-008: System password policy below 14 chars / complexity.
import { check, passIf } from '../check.ts';
import { passwordPolicy } from '../probes/password-policy.ts';

export default check({
  id: 'ACC-008',
  area: 'accounts',
  severity: 'medium',
  title: 'System password policy below 14 chars / complexity',
  measured: 'pwquality.conf, pam_pwquality in common-password',
  expected: 'at least 14 characters of 3 kinds',
  why: 'What the server accepts as a password is what people will use. Short ones fall to guessing within hours once a hash is stolen.',
  evidence: { used: 'PAM asks pwquality', minlen: 'minlen', classes: 'Kinds of characters' },
  fix: 'Install libpam-pwquality and write minlen=14 and minclass=3 into /etc/security/pwquality.conf.d/50-muster.conf.',
  undo: 'Remove that file.',
  risk: 'low',
  maps: ['CIS 5.3.1.3', 'CIS 5.3.2.3', 'CIS 5.3.3.2.2', 'CIS 5.3.3.2.3', 'AUTH-9262'],
  reads: { passwordPolicy },
  judge({ passwordPolicy: { used, minLength, minClasses, requiredCredits } }, { policy }) {
    // pwquality’s own minimum without a setting.
    const length = minLength ?? 8;
    const classes = Math.max(minClasses ?? 0, requiredCredits);
    const holds = used && length >= policy.leastPasswordLength && classes >= policy.leastPasswordClasses;
    return passIf(holds, { used, minlen: used ? length : 0, classes: used ? classes : 0 });
  },
});
