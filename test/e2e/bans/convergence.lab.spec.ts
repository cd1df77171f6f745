// Somebody flushes nft, which is what restarting Debian's nftables.service does. The block list comes back within two
// seconds, with the agent and the control plane out of the game, and the repair is recorded once they are back.
import { BlockAddress, LiftBlock, SearchBanLog } from '@muster/contracts/bans';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const ADDRESS = '203.0.113.77';
const BACK_WITHIN_MS = 2_000;

describe('a flushed ruleset', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let blockId = '';

  const holds = async (): Promise<boolean> =>
    (await up.first.machine.trySh('nft list table inet muster')).stdout.includes(ADDRESS);

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    const target = { kind: 'server', serverId: up.first.serverId } as const;
    ({ blockId } = await api.call(BlockAddress, { range: ADDRESS, target, seconds: 3600, reason: 'Convergence' }));
    await eventually('nft holds the block', holds, (held) => held, 10_000);
  });
  afterAll(async () => {
    await up.first.machine.trySh('systemctl start muster-agentd');
    if (blockId !== '') await api.call(LiftBlock, { blockId, reason: 'Convergence is over' });
  });

  it('is put back within two seconds while agentd is stopped', async () => {
    await up.first.machine.sh('systemctl stop muster-agentd');
    const flushedAt = Date.now();
    await up.first.machine.sh('nft flush ruleset');
    await eventually('nft holds the block again', holds, (held) => held, BACK_WITHIN_MS);
    expect(Date.now() - flushedAt).toBeLessThanOrEqual(BACK_WITHIN_MS + 500);
  });

  it('survives a restart of nftables.service', async () => {
    await up.first.machine.sh('systemctl restart nftables.service');
    await eventually('nft holds the block again', holds, (held) => held, BACK_WITHIN_MS);
  });

  it('is recorded as a repair once the agent is back', async () => {
    await up.first.machine.sh('systemctl start muster-agentd');
    await eventually(
      'a repair in the ban log',
      () => api.call(SearchBanLog, { server: up.first.serverId, what: 'repaired' }),
      ({ rows }) => rows.length > 0,
      15_000,
    );
  });

  it('is held again after a power cycle, before anybody asks for it', async () => {
    await up.first.machine.powerCycle();
    await eventually('nft holds the block after boot', holds, (held) => held, 5_000);
  });
});
