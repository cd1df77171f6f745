// An agent of an earlier release under the control plane of today: it enrols, is entrusted with bans, blocks and lifts, and
// witnesses the ledger. It is never asked to replace itself; the install script brings it up to date.
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { GetOperation } from '@muster/contracts/operations';
import { ListAgents } from '@muster/contracts/releases';
import { ConfirmFingerprint, GetEnrolment, GetServer, OpenEnrolment, SetCapability } from '@muster/contracts/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../lab/docker.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { bootServer, type Machine } from '../../lab/machine.ts';
import { installOldAgent } from '../../lab/old-agent.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const NAME = 'old-agent-01';

describe('an agent of an earlier release', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let machine: Machine;
  let serverId = '';

  const enforced = (operationId: string) =>
    eventually(
      'the old agent did it',
      () => api.call(GetOperation, { operationId }),
      ({ state }) => state === 'done',
      30_000,
    );
  const listed = async () => (await api.call(ListAgents, { limit: 200 })).agents.find(({ name }) => name === NAME);

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    machine = await bootServer(TEST_LAB, TEST_LAB, NAME);
    await machine.untilBooted();
  }, 120_000);
  afterAll(() => docker(['rm', '-f', '-v', machine.container]));

  it('enrols and is entrusted with bans', async () => {
    const { enrolmentId, token } = await api.call(OpenEnrolment, { name: NAME });
    const printed = await installOldAgent(machine, up.lab.url, token);
    const { server } = await eventually(
      'it is connected',
      () => api.call(GetEnrolment, { enrolmentId }),
      ({ state }) => state === 'connected',
      30_000,
    );
    const fingerprint = server?.fingerprint ?? '';
    expect(printed.replaceAll(/\s/g, '')).toContain(fingerprint);
    serverId = server?.serverId ?? '';
    await api.call(ConfirmFingerprint, { serverId, fingerprint });
    const { operationId } = await api.call(SetCapability, { serverId, capability: 'bans', mode: 'managed' });
    await enforced(operationId ?? '');
  }, 180_000);

  it('blocks and lifts, with receipts', async () => {
    const target = { kind: 'server', serverId } as const;
    const range = '203.0.113.88';
    const block = await api.call(BlockAddress, { range, target, seconds: 3600, reason: 'Asked of an old agent' });
    await enforced(block.operationId);
    expect(await machine.sh('nft list table inet muster')).toContain(range);
    const lifted = await api.call(LiftBlock, { blockId: block.blockId, reason: 'Tried' });
    await enforced(lifted.operationId);
    expect(await machine.sh('nft list table inet muster')).not.toContain(range);
  }, 90_000);

  it('reports what it knows, and is not asked to replace itself', async () => {
    const seen = await eventually(
      'its facts',
      () => api.call(GetServer, { serverId }),
      ({ inventory, presence }) => inventory !== null && presence === 'present',
      90_000,
    );
    expect(seen.agentVersion).toBe('0.1.0');
    expect(await listed()).toMatchObject({ present: true, updatable: false });
    const log = await machine.sh('journalctl -u muster-agentd -o cat --no-pager');
    expect(log).not.toMatch(/not understood|ALARM/);
  }, 120_000);

  it('is brought up to date by the install script, and keeps its identity', async () => {
    await machine.sh(`curl -fsS ${up.lab.url}/agent/install.sh -o install.sh && sh install.sh --server ${up.lab.url}`, {
      deadlineMs: 120_000,
    });
    const now = await eventually('it can replace itself', listed, (agent) => agent?.updatable === true, 30_000);
    expect(now?.serverId).toBe(serverId);
  }, 180_000);
});
