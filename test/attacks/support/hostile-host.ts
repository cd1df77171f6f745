// A host whose every string is an attack: on a page, on a spreadsheet, on a terminal, on a database.
import type { BatchBody } from '@muster/contracts/agent';
import type { ProbeReport } from '@muster/contracts/posture';
import { sha256Hex } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';

export const SCRIPT =
  '<img src=x onerror="document.body.dataset.owned=1"><script>document.body.dataset.owned=2</script>';
export const FORMULA = '=HYPERLINK("https://evil.example","Click")';
export const ESCAPE = '\u001b]0;owned\u0007\u001b[2J\u009b31m';
const TURNED = 'photo\u202egpj.exe';
const NUL = 'sshd\u0000d';
/** Short enough for every field that takes one. */
export const BOLD = '<b>owned</b>';

/** What no answer, page, log or terminal may hold as it was sent. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
export const ACTING = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

export function hostileBatches(at: Date): BatchBody[] {
  const time = at.toISOString();
  return [
    {
      kind: 'inventory',
      items: [
        {
          at: time,
          hostname: `${BOLD}${ESCAPE}`,
          os: { id: BOLD, version: FORMULA.slice(0, 40), name: SCRIPT.slice(0, 120) },
          kernel: `${SCRIPT.slice(0, 100)}${ESCAPE}`,
          architecture: BOLD,
          virtualization: TURNED,
          bootedAt: time,
          cpu: { model: SCRIPT.slice(0, 120), cores: 2, usedFraction: 0.5 },
          load: [0, 0, 0],
          memory: { totalBytes: 1, availableBytes: 1, swapTotalBytes: 0, swapFreeBytes: 0 },
          disks: [
            {
              ...{
                mount: `/${SCRIPT.slice(0, 150)}`,
                device: `/dev/${ESCAPE}`,
                type: BOLD,
                sizeBytes: 10,
                usedBytes: 5,
              },
              ...{ inodes: 10, inodesUsed: 5 },
            },
          ],
          interfaces: [{ name: BOLD, addresses: [FORMULA, TURNED], rxBytes: 0, txBytes: 0, rxErrors: 0, txErrors: 0 }],
          ports: [
            {
              ...{ protocol: 'tcp', address: '0.0.0.0', port: 22, process: `${NUL}${ESCAPE}${BOLD}`, pid: 1, uid: 0 },
              unit: `${SCRIPT.slice(0, 100)}.service`,
            },
          ],
          unreadable: [{ what: BOLD, why: `${SCRIPT}${ESCAPE}` }],
        },
      ],
    },
    {
      kind: 'jails',
      items: [
        {
          ...{ at: time, version: BOLD, running: true, why: `${SCRIPT}${ESCAPE}` },
          jails: [FORMULA, BOLD, NUL, `${TURNED}${ESCAPE}`].map((jail) => ({
            ...{ jail, banned: ['203.0.113.9'], bannedTotal: 1, failedTotal: 1, maxRetry: 3, findSeconds: 1 },
            ...{ banSeconds: 1, ignored: [`${BOLD}${ESCAPE}`] },
          })),
        },
      ],
    },
    {
      kind: 'ban-log',
      items: [FORMULA, BOLD, `${NUL}${ESCAPE}`].map((jail) => ({
        ...{ id: newId(), at: time, what: 'banned' as const, address: '203.0.113.9', jail, failures: 3 },
        ...{ banSeconds: 600, banCount: 1, source: 'action' as const },
      })),
    },
    { kind: 'capabilities', items: [{ capability: 'bans', barred: `${SCRIPT}${ESCAPE}` }] },
    sites(time),
    report(time, 'authorized-keys', {
      keys: [FORMULA, `${TURNED}${ESCAPE}`, `${BOLD}${NUL}`, SCRIPT.slice(0, 80)].map((comment, index) => ({
        ...{ account: `${BOLD}${index}`, file: `/home/${TURNED}/${ESCAPE}`, type: 'ssh-rsa', bits: 1024, comment },
        ...{ fingerprint: `SHA256:${index}`, options: [FORMULA.slice(0, 40), BOLD], newSince: 1_700_000_000 },
      })),
      writable: [{ account: FORMULA, path: `${SCRIPT}${ESCAPE}`, mode: '0777', owner: BOLD }],
      complete: true,
    }),
    report(time, 'baseline', {
      since: 1_700_000_000,
      cron: [FORMULA, `/etc/cron.d/${SCRIPT}${ESCAPE}${NUL}`].map((path) => ({ path, since: 1_700_000_000 })),
      cronFiles: ['+cmd', '-cmd', '@cmd', '\tcmd', '\rcmd', FORMULA, `/etc/cron.d/${TURNED}${ESCAPE}`].map((path) => ({
        path,
        sha256: BOLD,
      })),
      loginPath: [{ path: SCRIPT, since: 1_700_000_000 }],
      members: [{ group: BOLD, member: FORMULA, since: 1_700_000_000 }],
    }),
  ];
}

function report(at: string, probe: string, reading: ProbeReport['reading']): BatchBody {
  const unreadable = [{ what: BOLD, why: `${SCRIPT.slice(0, 150)}${ESCAPE}${NUL}` }];
  const item = { probe, at, durationMs: 1, sha256: sha256Hex(probe), reading, error: null, unreadable };
  return { kind: 'posture', items: [item] };
}

function sites(at: string): BatchBody {
  const words = [FORMULA, BOLD, `${TURNED}${ESCAPE}${NUL}`, SCRIPT];
  const problem = `${SCRIPT}${ESCAPE}`;
  return {
    kind: 'sites',
    items: [
      {
        ...{ at, part: 0, parts: 1, sources: [{ software: 'nginx', version: BOLD, problem }] },
        // Names that are none, and one that is said twice.
        sites: [...words, 'evil.example', 'evil.example'].map((name) => ({
          ...{ name, aliases: words, software: ['nginx' as const], root: FORMULA, owner: BOLD },
          ...{ listens: [FORMULA], certificate: { names: words, until: at, issuer: problem }, logs: [problem] },
          subscription: BOLD,
        })),
      },
    ],
  };
}
