// CPL-001: cPanel's own Security Advisor has findings.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { panel } from '../probes/panel.ts';

export default check({
  id: 'CPL-001',
  area: 'panel',
  severity: 'medium',
  title: 'cPanel’s own Security Advisor has findings',
  measured: 'whmapi1 --output=json fetch_security_advice',
  expected: 'nothing of type ADVISE_BAD',
  why: 'cPanel knows its own switches better than anybody. What its advisor calls bad is bad on every server.',
  evidence: { key: 'Finding', summary: 'In its words' },
  fix: 'WHM, Security Center, Security Advisor: each finding links to the page that mends it.',
  undo: 'On the page where it was mended.',
  risk: 'low',
  maps: [],
  reads: { panel },
  judge({ panel: { cpanel } }) {
    if (cpanel === null) return notApplicable('cPanel is not installed');
    if (cpanel.advice === null) return unknown('The Security Advisor could not be asked');
    return failures(
      cpanel.advice.map(({ key, summary }) => ({ subject: `advice ${key}`, evidence: { key, summary } })),
    );
  },
});
