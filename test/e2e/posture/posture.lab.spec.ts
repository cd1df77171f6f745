// The posture of real servers by an installed agent: what somebody plants who has got in stands there within seconds, and
// who used which key is known after the journal is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { GetServerPosture, ListInventory } from '@muster/contracts/posture';
import { probes } from '@muster/posture/probes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../lab/docker.ts';
import { enrol, type EnrolledServer } from '../../lab/enrol.ts';
import { buildHostingImage, HOSTING_IMAGE } from '../../lab/images.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { bootServer, type Machine } from '../../lab/machine.ts';
import type { Weakness } from '../../lab/posture/weakness.ts';
import { WEAKNESSES } from '../../lab/posture/weaknesses.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

/** What somebody plants who has got in, and what is looked at as soon as it changes. */
const AT_ONCE = ['WP-006', 'KEY-006', 'ACC-005', 'PER-002'];
const AT_ONCE_MS = 10_000;
const HARDENED_IMAGE = `${HOSTING_IMAGE}:hardened-under-test`;
const DROP_IN = '/run/systemd/system/muster-agentd.service.d/lab.conf';

type Checks = Map<string, { state: string; why: string | null; findings: readonly unknown[] }>;

describe('the posture of a hosting server', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let weak: EnrolledServer;
  let twin: EnrolledServer;
  const machines: Machine[] = [];

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    await buildHostingImage();
    const first = await bootServer(TEST_LAB, TEST_LAB, 'vie-web-01', HOSTING_IMAGE);
    machines.push(first);
    await first.untilBooted();
    await first.findsNames();
    await first.sh('sh /root/hardened.sh', { deadlineMs: 300_000 });
    // The twin is the same disk under another name.
    await docker(['commit', '--pause=false', first.container, HARDENED_IMAGE], 120_000);
    const second = await bootServer(TEST_LAB, TEST_LAB, 'vie-web-02', HARDENED_IMAGE);
    machines.push(second);
    await second.untilBooted();
    await second.sh('rm /etc/machine-id && systemd-machine-id-setup');
    weak = await enrol(api, first);
    twin = await enrol(api, second);
  }, 600_000);
  afterAll(async () => {
    for (const { container } of machines) await docker(['rm', '-f', '-v', container]);
    if (machines.length > 1) await docker(['rmi', '-f', HARDENED_IMAGE]);
  });

  async function checksOf({ serverId }: EnrolledServer): Promise<Checks> {
    const { checks } = await api.call(GetServerPosture, { serverId });
    return new Map(checks.map((one) => [one.checkId, one]));
  }
  const isShown = (checks: Checks, { check, shows }: Weakness): boolean =>
    checks.get(check)?.state === 'fail' && JSON.stringify(checks.get(check)?.findings).includes(shows);
  const notShown = (checks: Checks, weaknesses: readonly Weakness[]): string[] =>
    weaknesses
      .filter((one) => !isShown(checks, one))
      .map(({ check }) => `${check} is ${JSON.stringify(checks.get(check)).slice(0, 300)}`);

  async function until(server: EnrolledServer, wrong: (checks: Checks) => string[], withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const left = wrong(await checksOf(server));
      if (left.length === 0) return;
      if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s:\n${left.join('\n')}`);
      await sleep(500);
    }
  }

  /** Restarts the agent so that no probe rests longer than this. */
  async function pace({ machine }: EnrolledServer, flags: string): Promise<void> {
    const installed = await machine.sh(`sed -n 's/^ExecStart=//p' /etc/systemd/system/muster-agentd.service`);
    const drop = `[Service]\nCPUQuota=\nExecStart=\nExecStart=${installed} ${flags}\n`;
    await machine.sh(`mkdir -p "$(dirname ${DROP_IN})" && cat > ${DROP_IN}`, { input: drop });
    await machine.sh('systemctl daemon-reload && systemctl restart muster-agentd');
  }

  async function change({ machine }: EnrolledServer, weaknesses: readonly Weakness[]) {
    for (const one of weaknesses) {
      const ran = await machine.trySh(one.plant);
      expect([one.check, ran.code, ran.stderr]).toEqual([one.check, 0, expect.any(String)]);
    }
  }

  it('reports every probe of the server and its twin', async () => {
    for (const server of [weak, twin]) {
      const { serverId } = server;
      await eventually(
        'a report of every probe',
        async () => (await api.call(GetServerPosture, { serverId })).reports.map(({ probe }) => probe),
        (reported) => reported.length === probes.length,
        120_000,
      );
    }
  }, 150_000);

  it.each(AT_ONCE)(
    'shows %s within ten seconds of its planting, at the pace of an installed agent',
    async (id) => {
      const planted = WEAKNESSES.filter(({ check }) => check === id);
      await change(weak, planted);
      const began = Date.now();
      await until(weak, (checks) => notShown(checks, planted), AT_ONCE_MS);
      console.log(`${id} stood in the API ${((Date.now() - began) / 1000).toFixed(1)} s after it was planted`);
    },
    30_000,
  );

  it('tells which key was last used from where, through a restart and a journal that is gone', async () => {
    const { machine, serverId } = twin;
    const places = { attacker: up.lab.attacker, neighbour: up.second.machine };
    const keys = ['laptop', 'former'] as const;
    const fingerprints = new Map<string, string>();
    for (const key of keys) {
      fingerprints.set(key, await machine.sh(`ssh-keygen -lf /root/ops-${key}.pub | cut -d' ' -f2`));
      const secret = await machine.sh(`cat /root/ops-${key}`);
      for (const place of Object.values(places)) {
        await place.sh(`umask 077 && cat > /tmp/ops-${key}`, { input: `${secret}\n` });
      }
    }
    const signIn = (key: (typeof keys)[number], from: Machine): Promise<string> =>
      from.sh(
        `ssh -i /tmp/ops-${key} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p 2222 ops@${machine.address} true`,
      );
    const lastUse = async (key: string) => {
      const { rows } = await api.call(ListInventory, { kind: 'keys', serverId });
      const facts = rows.find((row) => row.facts['fingerprint'] === fingerprints.get(key))?.facts;
      return { from: facts?.['from'], at: Date.parse(String(facts?.['lastUsed'])) };
    };
    const isUse = (from: Machine, since: number) => (use: { from: unknown; at: number }) =>
      use.from === from.address && use.at >= since - 1000 && use.at <= Date.now();
    const shown = (key: string, from: Machine, since: number) =>
      eventually(`the use of ${key}`, () => lastUse(key), isUse(from, since), 60_000);

    let began = Date.now();
    await signIn('laptop', places.attacker);
    await signIn('former', places.neighbour);
    await pace(twin, '--posture-seconds 20');
    await shown('laptop', places.attacker, began);
    await shown('former', places.neighbour, began);

    began = Date.now();
    await signIn('laptop', places.neighbour);
    const laptop = await shown('laptop', places.neighbour, began);
    await machine.sh('journalctl -q --rotate && journalctl -q --vacuum-time=1ms');
    expect((await machine.trySh(`journalctl -q -g '^Accepted '`)).stdout).toBe('');
    await machine.sh('systemctl restart muster-agentd && systemctl stop muster-privd.service');
    began = Date.now();
    await signIn('former', places.attacker);
    await shown('former', places.attacker, began);
    expect(await lastUse('laptop')).toEqual(laptop);
  }, 180_000);
});
