// What is counted in the audit log that a real ModSecurity wrote, and what of it stays on the server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkOf } from '../checks.ts';
import { judgeCheck } from '../judge.ts';
import { knownReport } from '../known.ts';
import { posturePolicy } from '../policy.ts';
import { played } from '../testing/tape.ts';
import { counted, parseAuditLog, wafLog } from './waf-log.ts';

const tape = readFileSync(join(import.meta.dirname, '../fixtures/debian-12-weak/waf-log.txt'), 'utf8');
const lines = tape.split('\n').filter((line) => line.startsWith('{"transaction"'));
const refused = parseAuditLog(lines.join('\n'), 0, new Set(['shop.test'])) ?? [];
const now = new Date('2026-11-22T07:00:00Z');

it('counts who was refused by rule, site and path, and takes no query, cookie or body with it', async () => {
  expect(refused).toHaveLength(4);
  expect(refused[0]).toMatchObject({ rule: '941100', site: 'shop.test', path: '/wp-admin/post.php', signedIn: true });
  const { reading } = await played('debian-12-weak', wafLog);
  expect(tape).toContain('seeded-secret-7f3a');
  expect(JSON.stringify([reading, refused])).not.toMatch(/seeded-secret|script|wordpress_logged_in/);
});

it('finds a spike beside the hours before, in steps that keep still', () => {
  const at = now.getTime() / 1000;
  const [one] = refused;
  if (one === undefined) throw new Error('nothing was recorded');
  const often = (times: number, secondsAgo: number) =>
    Array.from({ length: times }, () => ({ ...one, at: at - secondsAgo, signedIn: false }));
  const judged = (all: ReturnType<typeof often>) => {
    const check = checkOf('WAF-006');
    if (check === undefined) throw new Error('there is no WAF-006');
    const reading = { log: '/var/log/modsec_audit.log', format: 'json' as const, ...counted(all, at, false) };
    return judgeCheck(check, new Map([['waf-log', knownReport(wafLog, reading, now)]]), { policy: posturePolicy, now });
  };
  expect(judged(often(49, 60)).state).toBe('pass');
  expect(judged([...often(120, 60), ...often(690, 7200)]).state).toBe('pass');
  expect(judged([...often(200, 60), ...often(690, 7200)]).failures.map(({ evidence }) => evidence)).toEqual([
    { refused: '100 or more', usual: 30 },
  ]);
});

it('leaves out what our own looks over loopback were refused, and nobody else who calls himself so', () => {
  const [line = ''] = lines;
  const called = (name: string, address: string) =>
    parseAuditLog(
      line
        .replace(/"(?:user-agent)":"[^"]*"/i, `"User-Agent":"${name}"`)
        .replace(/"client_ip":"[^"]*"/, `"client_ip":"${address}"`),
      0,
      new Set(['shop.test']),
    );
  expect(called('muster-agent', '127.0.0.1')).toEqual([]);
  expect(called('muster-agent', '203.0.113.7')).toHaveLength(1);
  expect(called('curl/7.88.1', '127.0.0.1')).toHaveLength(1);
});

it('counts nothing in a log that is not JSON', () => {
  expect(parseAuditLog('---a1b2c3d4---A--\n[20/Nov/2026:10:04:43 +0000] 1795 127.0.0.1', 0, new Set())).toBeNull();
  expect(parseAuditLog('', 0, new Set())).toEqual([]);
});
