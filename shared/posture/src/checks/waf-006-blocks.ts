// WAF-006: Block spike or likely false positives.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { wafLog } from '../probes/waf-log.ts';

/** So many more in an hour than in the hours before. */
const SPIKE = { least: 50, times: 5 };
/** People who are signed in and are refused by the same rule at the same place. */
const FALSE_ALARMS = 3;

export default check({
  id: 'WAF-006',
  area: 'waf',
  severity: 'medium',
  title: 'Block spike or likely false positives',
  measured:
    'the audit log of ModSecurity in JSON, a day of it: by rule, site and path, without queries, cookies and bodies',
  expected: 'no hour with five times as many refusals as usual, and nobody who is signed in refused again and again',
  why: 'A spike is an attack that somebody should know of, or a rule that came with an update. Rules that refuse members are turned off by the first angry client, and with them the protection.',
  evidence: {
    refused: 'Refused',
    usual: 'Usual in an hour',
    rule: 'Rule',
    says: 'What it says',
    site: 'Site',
    path: 'Path',
  },
  fix: 'Read the rule and one of its requests in the log on the server. A false alarm: an exclusion for that site, path and argument (ctl:ruleRemoveTargetById), never the whole rule. An attack: block its addresses.',
  undo: 'Take the exclusion out again.',
  risk: 'low',
  maps: [],
  reads: { wafLog },
  judge({ wafLog: { log, format, lastHour, usualHour, groups } }) {
    if (log === null) return notApplicable('No site has the rule engine with an audit log: see WAF-001');
    if (format === 'unread') return unknown('The audit log could not be read');
    if (format === 'other')
      return unknown('The audit log is not JSON: set SecAuditLogFormat JSON and SecAuditLogType Serial');
    const spike = lastHour >= SPIKE.least && lastHour >= SPIKE.times * usualHour;
    const alarms = groups.filter(({ signedIn }) => signedIn >= FALSE_ALARMS);
    return failures([
      ...(spike
        ? [{ subject: 'block spike', evidence: { refused: atLeast(lastHour), usual: Math.round(usualHour) } }]
        : []),
      ...alarms.map(({ rule, message, site, path, signedIn }) => ({
        subject: `rule ${rule} on ${site}${path}`,
        evidence: { refused: atLeast(signedIn), rule, says: message, site, path },
      })),
    ]);
  },
});

/** In steps, so that evidence keeps still while a number grows. */
function atLeast(hits: number): string {
  const step = [1000, 300, 100, 50, 30, 10, 3].find((one) => hits >= one) ?? 1;
  return `${step} or more`;
}
