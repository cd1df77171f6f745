// GEN-002: Panel/admin accounts not reviewed this month.
import { check, passIf, unknown } from '../check.ts';
import { answeredFor } from '../known/answered-for.ts';

const DAY = 86_400_000;
const MOST_DAYS = 31;

export default check({
  id: 'GEN-002',
  area: 'accounts',
  severity: 'high',
  title: 'Panel/admin accounts not reviewed this month',
  measured: 'approvals of administrators on the server’s page',
  expected: 'each administrator approved within the last 31 days',
  why: 'Rights that nobody looks at stay with people who changed their work or left. A monthly look finds them while somebody still remembers.',
  evidence: { accounts: 'Accounts', oldest: 'Longest ago', reviewed: 'Reviewed' },
  fix: 'Open the server’s page, look at its administrators, approve those who still need their rights, remove the others.',
  undo: 'Withdraw the approval.',
  risk: 'none',
  maps: [],
  reads: { answeredFor },
  judge({ answeredFor: { approvals } }, { now }) {
    const mine = approvals.filter(({ kind }) => kind === 'administrators');
    const reviewed = mine.toSorted((a, b) => a.approvedAt.localeCompare(b.approvedAt));
    const [oldest] = reviewed;
    if (oldest === undefined) {
      return unknown('Nobody has reviewed its administrators yet: approve them on the server’s page');
    }
    const late = reviewed.filter(({ approvedAt }) => now.getTime() - Date.parse(approvedAt) > MOST_DAYS * DAY);
    return passIf(late.length === 0, {
      accounts: late
        .map(({ item }) => item)
        .join(', ')
        .slice(0, 600),
      oldest: oldest.item,
      reviewed: oldest.approvedAt.slice(0, 10),
    });
  },
});
