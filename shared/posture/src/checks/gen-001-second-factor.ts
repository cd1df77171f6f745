// GEN-001: Panel administrator without 2FA.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { panel } from '../probes/panel.ts';

export default check({
  id: 'GEN-001',
  area: 'panel',
  severity: 'critical',
  title: 'Panel administrator without 2FA',
  measured: 'whmapi1 --output=json twofactorauth_policy_status, twofactorauth_get_user_configs',
  expected: 'the policy is on, and every account has a second factor',
  why: 'A panel can do everything on the server, and its password travels through browsers and mailboxes. With a second factor a stolen password alone opens nothing.',
  evidence: { account: 'Account', missing: 'What is missing' },
  fix: 'WHM, Security Center, Two-Factor Authentication: turn the policy on, then have each person scan the code.',
  undo: 'Turn the policy off on the same page.',
  risk: 'lockout',
  maps: [],
  reads: { panel },
  judge({ panel: { plesk, cpanel, directadmin } }) {
    if (cpanel === null) {
      return plesk === null && directadmin === null
        ? notApplicable('No control panel is installed')
        : unknown('This panel does not tell who uses a second factor');
    }
    if (cpanel.secondFactor === null) return unknown('whmapi1 could not be asked');
    const { asked, without } = cpanel.secondFactor;
    return failures([
      ...(asked ? [] : [{ subject: 'policy', evidence: { account: 'all', missing: 'the policy is off' } }]),
      ...without.map((account) => ({
        subject: `account ${account}`,
        evidence: { account, missing: 'no second factor' },
      })),
    ]);
  },
});
