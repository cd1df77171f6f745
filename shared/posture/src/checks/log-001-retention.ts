// LOG-001: Logs not persistent or retention too short.
import { check, fail, pass, unknown } from '../check.ts';
import { logging } from '../probes/logging.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1 / 86_400,
  sec: 1 / 86_400,
  min: 1 / 1440,
  m: 1 / 1440,
  h: 1 / 24,
  hour: 1 / 24,
  day: 1,
  d: 1,
  week: 7,
  w: 7,
  month: 30,
  year: 365,
  y: 365,
};

/** systemd’s spans: `1month`, `30day`, seconds without a unit. */
function retentionDays(span: string | null): number | null {
  const [, count, unit] = /^(\d+)\s*([a-z]*?)s?$/i.exec(span ?? '') ?? [];
  if (count === undefined) return null;
  return Number(count) * (UNITS[unit === undefined || unit === '' ? 's' : unit.toLowerCase()] ?? 1);
}

export default check({
  id: 'LOG-001',
  area: 'logs',
  severity: 'medium',
  title: 'Logs not persistent or retention too short',
  measured: 'journald.conf, /var/log/journal, journalctl --header',
  expected: 'kept on disk, at least 90 days',
  why: 'What was not kept cannot be looked up. Break-ins are found after weeks, and by then a short log has forgotten the first day.',
  evidence: { storage: 'Storage', persistent: 'On disk', retention: 'MaxRetentionSec' },
  fix: 'Write Storage=persistent and MaxRetentionSec=0 into /etc/systemd/journald.conf.d/muster.conf and restart systemd-journald.',
  undo: 'Remove that file and restart systemd-journald.',
  risk: 'none',
  maps: ['CIS 6.1.2.4', 'CIS 6.1.1.3', 'LOGG-2136'],
  reads: { logging },
  judge({ logging: { storage, persistent, syslog, maxRetention, oldestAt } }, { policy, now }) {
    const days = retentionDays(maxRetention);
    if ((!persistent && !syslog) || (days !== null && days > 0 && days < policy.logDays)) {
      return fail({ storage, persistent: persistent || syslog, retention: maxRetention ?? 'no limit' });
    }
    if (oldestAt === null) return unknown('How far the journal reaches back could not be read');
    const reaches = now.getTime() / 1000 - oldestAt >= policy.logDays * 86_400;
    return reaches
      ? pass
      : unknown(`The journal begins on ${new Date(oldestAt * 1000).toISOString().slice(0, 10)}: 90 days are not over`);
  },
});
