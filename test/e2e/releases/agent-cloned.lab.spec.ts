// A server's whole disk was copied and both machines run: the runbook, step by step and with its own commands, on two real
// machines that cannot be told apart.
import { ListEntries } from '@muster/contracts/audit';
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { GetFleet } from '@muster/contracts/fleet';
import { GetServer, ListServers, RetireServer } from '@muster/contracts/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, tryDocker } from '../../lab/docker.ts';
import { enrol, type EnrolledServer } from '../../lab/enrol.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { bootServer, type Machine } from '../../lab/machine.ts';
import { commandsOf } from '../../production/runbook.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const RUNBOOK = 'runbooks/agent-cloned';
const ADDRESS = '203.0.113.98';
const COPY = 'muster-lab-copy-of-a-disk';

describe('a server that was cloned', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let original: Machine;
  let clone: Machine;
  let old: EnrolledServer;
  let blockId = '';
  let machineId = '';

  const shown = (serverId: string) => api.call(GetServer, { serverId });
  const asWritten = (machine: Machine, words: string): Promise<string> =>
    machine.sh(commandsOf(RUNBOOK, words), { deadlineMs: 120_000 });
  const holds = (machine: Machine) =>
    eventually(
      `${machine.name} holds the block`,
      async () => (await machine.trySh('nft list table inet muster')).stdout,
      (table) => table.includes(ADDRESS),
      60_000,
    );

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    original = await bootServer(TEST_LAB, TEST_LAB, 'oslo-web-01');
    await original.untilBooted();
    old = await enrol(api, original);
    const asked = await api.call(BlockAddress, {
      ...{ range: ADDRESS, target: { kind: 'fleet' }, seconds: 3600, reason: 'A test of a cloned server' },
    });
    blockId = asked.blockId;
    await holds(original);
    await docker(['commit', original.container, COPY], 120_000);
    clone = await bootServer(TEST_LAB, TEST_LAB, 'oslo-web-02', COPY);
    await clone.untilBooted();
  });
  afterAll(async () => {
    if (blockId !== '') await api.call(LiftBlock, { blockId, reason: 'The test is over' });
    // Nobody answers for them from now on, and other specs count the servers of the lab.
    const { servers } = await api.call(ListServers, { q: 'oslo-web' });
    for (const { serverId, presence } of servers) {
      if (presence !== 'retired') await api.call(RetireServer, { serverId, reason: 'The test is over' });
    }
    await tryDocker(['rm', '-f', '-v', original.container, clone.container], 60_000);
    await tryDocker(['image', 'rm', '-f', COPY]);
  });

  it('is noticed: quarantined, on the first page, and what its guard holds stays in force', async () => {
    await eventually(
      'it is quarantined',
      () => shown(old.serverId),
      ({ presence }) => presence === 'quarantined',
      60_000,
    );
    const { attention } = await api.call(GetFleet, {});
    expect(attention.filter(({ kind }) => kind === 'identity-conflict')).toMatchObject([
      { severity: 'critical', subject: { serverIds: [old.serverId] } },
    ]);
    expect(await original.sh('nft list table inet muster')).toContain(ADDRESS);
  });

  it('step 1: says on both machines that it is the same server, on a machine with the same id', async () => {
    const said = await Promise.all([original, clone].map((machine) => asWritten(machine, 'muster-agent status')));
    for (const one of said) expect(one).toContain(old.serverId);
    const ids = said.map((one) => /^[0-9a-f]{32}$/m.exec(one)?.[0]);
    machineId = ids[0] ?? '';
    expect(ids).toEqual([machineId, machineId]);
    expect(machineId).not.toBe('');
  });

  it('step 2: leaves the clone without the identity, without Muster’s table, and with a machine id of its own', async () => {
    const said = await asWritten(clone, 'systemd-machine-id-setup');
    expect(said).toContain('The control plane could not be told');
    const next = (await clone.sh('cat /etc/machine-id')).trim();
    expect(next).toMatch(/^[0-9a-f]{32}$/);
    expect(next).not.toBe(machineId);
    const left = await clone.sh('ls -d /var/lib/muster-* /opt/muster-agent 2>/dev/null || true; nft list tables');
    expect(left).not.toContain('muster');
    expect((await shown(old.serverId)).presence).toBe('quarantined');
  });

  it('step 3: retires the old identity, and the original is enrolled again and holds what is blocked on the fleet', async () => {
    await api.call(RetireServer, { serverId: old.serverId, reason: 'Its disk was copied' });
    await eventually(
      'it is retired',
      () => shown(old.serverId),
      ({ presence }) => presence === 'retired',
      20_000,
    );
    expect(await asWritten(original, '# on the original')).toContain('The Muster agent is removed.');
    const again = await enrol(api, original);
    expect(again.serverId).not.toBe(old.serverId);
    await holds(original);
    expect((await shown(again.serverId)).presence).toBe('present');
  });

  it('step 4: has in the audit log what the old identity said, the conflict among it', async () => {
    const { entries } = await api.call(ListEntries, { server: old.serverId, limit: 200 });
    const types = entries.map(({ type }) => type);
    expect(types).toContain('servers.IdentityConflictFound');
    expect(types).toContain('servers.ServerEnrolled');
  });

  it('step 5: the clone is a server of its own, and nobody is in conflict any more', async () => {
    const own = await enrol(api, clone);
    await holds(clone);
    const before = await shown(own.serverId);
    expect([before.presence, before.name]).toEqual(['present', 'oslo-web-02']);
    // As long as it took for the conflict to be found.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect((await shown(own.serverId)).presence).toBe('present');
    const { attention } = await api.call(GetFleet, {});
    expect(attention.filter(({ kind }) => kind === 'identity-conflict')).toEqual([]);
  });
});
