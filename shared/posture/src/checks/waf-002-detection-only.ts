// WAF-002: WAF in detection-only mode.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { webServer } from '../probes/web-server.ts';

export default check({
  id: 'WAF-002',
  area: 'waf',
  severity: 'medium',
  title: 'WAF in detection-only mode',
  measured: 'SecRuleEngine of the rules files that nginx’s settings name, with what they include',
  expected: 'SecRuleEngine On',
  why: 'In this mode attacks are written down and let through. Debian installs it so, and most servers stay so.',
  evidence: { file: 'Rules', engine: 'SecRuleEngine' },
  fix: 'When a week of its log shows no false alarm, set SecRuleEngine On; nginx -t, reload.',
  undo: 'Set DetectionOnly and reload.',
  risk: 'service',
  maps: [],
  reads: { webServer },
  judge({ webServer: { installed, complete, engines, vhosts } }) {
    if (installed && !complete) return unknown('nginx’s settings could not be read');
    if (!vhosts.some(({ modsecurity }) => modsecurity))
      return notApplicable('No site has the rule engine: see WAF-001');
    if (engines.length === 0) return unknown('The rules could not be read');
    return failures(
      engines.flatMap(({ file, engine }) =>
        engine.toLowerCase() === 'on' ? [] : [{ subject: file, evidence: { file, engine } }],
      ),
    );
  },
});
