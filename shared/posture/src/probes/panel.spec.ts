// Control panels on output as their vendors document it: no panel can be installed here. The reference says so of their checks.
import { expect, it } from 'vitest';
import { checks } from '../checks.ts';
import { posturePolicy } from '../policy.ts';
import { played } from '../testing/tape.ts';
import { MADE_TO_FAIL } from '../testing/tried.ts';
import { panel } from './panel.ts';

const circumstances = { policy: posturePolicy, now: new Date('2026-11-22T07:00:00Z') };

it.each([
  ['plesk-documented', ['PLK-001', 'PLK-002', 'PLK-003', 'PLK-004']],
  ['cpanel-documented', ['CPL-001', 'CPL-003', 'GEN-001']],
  ['directadmin-documented', ['DAP-001']],
])('%s: its own checks find what is wrong, the others do not apply', async (server, expected) => {
  const { reading, unreadable } = await played(server, panel);
  expect(unreadable).toEqual([]);
  const own = checks.filter(({ reads }) => 'panel' in reads);
  const failing = own.filter((check) => check.judge({ panel: reading }, circumstances).state === 'fail');
  expect(failing.map(({ id }) => id)).toEqual(expected);
});

it('takes an API for closed only when its addresses are written as Plesk reads them', async () => {
  const { reading } = await played('plesk-documented', panel);
  const check = checks.find(({ id }) => id === 'PLK-001');
  const judged = (allowed: string[], wellFormed: boolean) =>
    check?.judge(
      { panel: { ...reading, plesk: { ...reading.plesk, api: { enabled: true, allowed, wellFormed } } } },
      circumstances,
    ).state;
  expect(judged(['203.0.113.9'], true)).toBe('pass');
  expect(judged(['203.0.113.9', '203.0.113.10'], false)).toBe('fail');
});

it('names what is wrong: who lacks a second factor, what the advisor says, who may sign in', async () => {
  const findings = async (server: string, id: string) => {
    const { reading } = await played(server, panel);
    const verdict = checks.find((one) => one.id === id)?.judge({ panel: reading }, circumstances);
    return verdict?.state === 'fail'
      ? verdict.failures.map(({ subject, evidence }) => ({ subject, ...evidence }))
      : verdict;
  };
  expect(await findings('cpanel-documented', 'GEN-001')).toEqual([
    { subject: 'account root', account: 'root', missing: 'no second factor' },
  ]);
  expect(await findings('cpanel-documented', 'CPL-001')).toEqual([
    {
      subject: 'advice SSH_password_authentication_enabled',
      key: 'SSH_password_authentication_enabled',
      summary: 'SSH password authentication is enabled.',
    },
  ]);
  expect(await findings('plesk-documented', 'PLK-002')).toEqual([
    { subject: null, policy: 'from everywhere but listed networks', networks: '192.0.2.0/255.255.255.0' },
  ]);
  expect(await findings('plesk-documented', 'GEN-001')).toMatchObject({ state: 'unknown' });
});

it('judges the version of a panel only by a policy that names one', async () => {
  const { reading } = await played('cpanel-documented', panel);
  const check = checks.find(({ id }) => id === 'UPD-011');
  const judged = (cpanel: string) =>
    check?.judge({ panel: reading }, { ...circumstances, policy: { ...posturePolicy, panels: { plesk: '', cpanel } } });
  expect(judged('')).toMatchObject({ state: 'unknown' });
  expect(judged('11.120.0.5')).toEqual({ state: 'pass' });
  expect(judged('11.136.0.4')).toMatchObject({ state: 'fail' });
  expect(MADE_TO_FAIL['probes/panel.spec.ts']).toEqual([check?.id]);
});
