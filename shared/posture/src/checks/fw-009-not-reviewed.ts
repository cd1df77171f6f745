// FW-009: Rule not reviewed for 90 days.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { answeredFor } from '../known/answered-for.ts';
import { isPublic, listeners, portItem } from '../probes/listeners.ts';

const DAY = 86_400_000;

export default check({
  id: 'FW-009',
  area: 'firewall',
  severity: 'low',
  title: 'Rule not reviewed for 90 days',
  measured: 'approvals of open ports on the server’s page, beside ss -H -lntupe',
  expected: 'whoever answers for an open port has looked at it within the last 90 days',
  why: 'What a port was opened for changes faster than the port closes. An approval for a year is a promise that nobody checks.',
  evidence: { port: 'Port', program: 'Program', reviewed: 'Reviewed' },
  fix: 'Ask its owner whether it is still needed. Approve it again on the server’s page, or close it.',
  undo: 'Nothing is changed on the server.',
  risk: 'none',
  maps: ['FIRE-4513'],
  reads: { listeners, answeredFor },
  judge({ listeners, answeredFor: { approvals } }, { now, policy }) {
    if (!listeners.read) return unknown('The listening ports could not be read');
    const open = new Set(listeners.listeners.filter(isPublic).map(portItem));
    const answered = approvals.filter(({ kind, item }) => kind === 'ports' && open.has(item));
    if (answered.length === 0) return notApplicable('Nobody has approved an open port of this server');
    return failures(
      answered
        .filter(({ approvedAt }) => now.getTime() - Date.parse(approvedAt) > policy.portReviewDays * DAY)
        .map(({ item, program, approvedAt }) => ({
          subject: `port ${item}`,
          evidence: { port: item, program: program ?? 'not known', reviewed: approvedAt.slice(0, 10) },
        })),
    );
  },
});
