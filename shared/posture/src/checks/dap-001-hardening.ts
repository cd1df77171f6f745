// DAP-001: DirectAdmin hardening.
import { check, failures, notApplicable } from '../check.ts';
import { panel } from '../probes/panel.ts';

const EXPECTED = ['bruteforce', 'brute_force_log_scanner', 'enforce_difficult_passwords', 'ssl'];

export default check({
  id: 'DAP-001',
  area: 'panel',
  severity: 'medium',
  title: 'DirectAdmin hardening',
  measured: 'directadmin.conf: bruteforce, brute_force_log_scanner, enforce_difficult_passwords, ssl',
  expected: 'each of them is 1',
  why: 'These switches slow guessing down and keep passwords off the wire. Old installations were made before they were on.',
  evidence: { setting: 'Setting', value: 'Value' },
  fix: 'directadmin set SETTING 1 restart',
  undo: 'directadmin set SETTING with the former value, restart',
  risk: 'low',
  maps: [],
  reads: { panel },
  judge({ panel: { directadmin } }) {
    if (directadmin === null) return notApplicable('DirectAdmin is not installed');
    return failures(
      EXPECTED.flatMap((setting) => {
        const value = directadmin.settings[setting] ?? 'not set';
        return value === '1' ? [] : [{ subject: setting, evidence: { setting, value } }];
      }),
    );
  },
});
