// The ledger of sign-ins: two keys from two addresses, kept beyond the journal that they were read from.
import { expect, it } from 'vitest';
import type { ProbedHost } from '../host.ts';
import { keyUses, networkOf } from './key-uses.ts';

const entry = (cursor: number, account: string, from: string, key: string): string =>
  JSON.stringify({
    __CURSOR: `s=1;i=${cursor}`,
    __REALTIME_TIMESTAMP: String((1_795_168_309 + cursor) * 1e6),
    MESSAGE: `Accepted publickey for ${account} from ${from} port 49886 ssh2: ED25519 SHA256:${key}`,
  });

/** A server whose journal holds these lines; what probes keep outlives it. */
function server() {
  const kept = new Map<string, string>();
  const journal: string[] = [];
  const asked: string[][] = [];
  const host: ProbedHost = {
    run(tool, args) {
      if (tool === 'date') return Promise.resolve({ code: 0, stdout: '1795168300\n', stderr: '' });
      if (args.includes('--lines=+1')) {
        return Promise.resolve({ code: 0, stdout: '{"__REALTIME_TIMESTAMP":"1795000000000000"}\n', stderr: '' });
      }
      asked.push([...args]);
      const from = /i=(\d+)$/.exec(args.find((one) => one.startsWith('--cursor=')) ?? '')?.[1] ?? '-1';
      const found = journal.filter((line) => Number(/i=(\d+)/.exec(line)?.[1]) >= Number(from));
      return Promise.resolve({ code: found.length > 0 ? 0 : 1, stdout: found.join('\n'), stderr: '' });
    },
    read: () => Promise.resolve({ state: 'absent' }),
    recall: (name) => Promise.resolve(kept.get(name) ?? null),
    keep(name, text) {
      kept.set(name, text);
      return Promise.resolve();
    },
  };
  return { host, journal, asked };
}

it('knows who last used which key from where, after the journal was rotated away', async () => {
  const { host, journal, asked } = server();
  journal.push(entry(1, 'ops', '198.51.100.20', 'aaaa'), entry(2, 'ops', '203.0.113.7', 'bbbb'));
  await keyUses.gather(host, []);
  journal.push(entry(3, 'ops', '203.0.113.99', 'aaaa'));
  await keyUses.gather(host, []);
  journal.length = 0;
  const { uses, since } = await keyUses.gather(host, []);
  expect(since).toBe(1_795_000_000);
  expect(uses.map(({ fingerprint, from, count }) => [fingerprint, from, count])).toEqual([
    ['SHA256:aaaa', '203.0.113.99', 2],
    ['SHA256:bbbb', '203.0.113.7', 1],
  ]);
  // The first entry after the rotation counts, although the one that was read last is gone.
  journal.push(entry(4, 'ops', '203.0.113.7', 'aaaa'));
  expect((await keyUses.gather(host, [])).uses[0]).toMatchObject({ from: '203.0.113.7', count: 3 });
  // Read once each: the second look began where the first ended, and only root's own sshd is believed.
  expect(asked[1]).toContain('--cursor=s=1;i=2');
  expect(asked[0]?.slice(0, 2)).toEqual(['_UID=0', '_COMM=sshd']);
});

it('takes addresses of one network for one place', () => {
  expect(networkOf('203.0.113.7')).toBe('203.0.113.0/24');
  expect(networkOf('::ffff:203.0.113.7')).toBe('203.0.113.0/24');
  expect(networkOf('2001:db8:1:2::5')).toBe('2001:db8:1::/48');
  expect(networkOf('2001:db8::5')).toBe('2001:db8:0::/48');
});
