// A server's key may have been copied. It gets another one, made on the server itself; whoever holds the copy is refused and
// named, and the server goes on being ordered about meanwhile.
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { GetOperation } from '@muster/contracts/operations';
import { GetServer, RotateKey } from '@muster/contracts/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const ADDRESS = '203.0.113.97';
const STOLEN = '/root/stolen-agent';
/** The agent of the copy, for as long as a few attempts to connect take. */
const RUN_THE_COPY = `timeout 8 muster-agent agentd --observe-only --state ${STOLEN} --run /root/stolen-run`;

describe('a server’s new key', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let blockId = '';

  const server = () => api.call(GetServer, { serverId: up.first.serverId });

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    const copy = await up.first.machine.sh('tar -C /var/lib/muster-agent -cf - . | base64 -w 0');
    await up.second.machine.sh(`mkdir -p ${STOLEN} && base64 -d | tar -C ${STOLEN} -xf -`, { input: copy });
  });
  afterAll(async () => {
    await up.second.machine.trySh(`rm -rf ${STOLEN} /root/stolen-run`);
    if (blockId !== '') await api.call(LiftBlock, { blockId, reason: 'The test is over' });
  });

  it('takes the place of the old one while the server stays connected, confirmed and obedient', async () => {
    const before = await server();
    await api.call(RotateKey, { serverId: up.first.serverId, reason: 'An image of the disk went astray' });
    const after = await eventually(
      'the new key is in use',
      server,
      ({ key, presence }) => key.rotationAskedAt === null && key.since > before.key.since && presence === 'present',
      20_000,
    );
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.confirmed).toBe(true);
    const told = await up.first.machine.sh('muster-agent status');
    expect(told.replaceAll(/\s/g, '')).toContain(after.fingerprint);

    const asked = await api.call(BlockAddress, {
      ...{ range: ADDRESS, target: { kind: 'server', serverId: up.first.serverId } },
      ...{ seconds: 600, reason: 'Obeys under its new key' },
    });
    blockId = asked.blockId;
    await eventually(
      'the block is done',
      () => api.call(GetOperation, { operationId: asked.operationId }),
      ({ counts }) => counts.succeeded === 1,
      20_000,
    );
    expect(await up.first.machine.sh('nft list table inet muster')).toContain(ADDRESS);
  });

  it('leaves the copy of the old one without use, and says from where it was tried', async () => {
    await up.second.machine.trySh(RUN_THE_COPY, { deadlineMs: 30_000 });
    const { key, presence } = await eventually(
      'the attempt is shown',
      server,
      (seen) => seen.key.misused !== null,
      10_000,
    );
    expect(key.misused?.source).toBe(up.second.machine.address);
    // It was not taken for a second place of the same server: nothing is quarantined.
    expect(presence).toBe('present');
  });
});
