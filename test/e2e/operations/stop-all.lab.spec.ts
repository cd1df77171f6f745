// Stop-all, felt by real servers: a block that is asked for meanwhile is in no nft until the stop is lifted, what was
// blocked before stays blocked.
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { GetOperation, LiftStop, StopDispatch } from '@muster/contracts/operations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const BEFORE = '203.0.113.91';
const MEANWHILE = '203.0.113.92';
const reason = 'Somebody else gives orders';
/** Several rounds of dispatcher, sweep and signer. */
const LONG_ENOUGH_MS = 4000;

describe('everything stopped', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let stopId: string | null = null;
  const blocks: string[] = [];

  const holders = async (address: string): Promise<number> => {
    const tables = await Promise.all(up.lab.servers.map(({ machine }) => machine.trySh('nft list table inet muster')));
    return tables.filter(({ stdout }) => stdout.includes(address)).length;
  };
  const block = async (range: string) => {
    const answer = await api.call(BlockAddress, { range, target: { kind: 'fleet' }, seconds: 3600, reason });
    blocks.push(answer.blockId);
    return answer.operationId;
  };

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    await block(BEFORE);
    await eventually(
      'every server holds the first block',
      () => holders(BEFORE),
      (count) => count === up.lab.servers.length,
      15_000,
    );
  });
  afterAll(async () => {
    if (stopId !== null) await api.call(LiftStop, { stopId, reason: 'The test is over' });
    for (const blockId of blocks) await api.call(LiftBlock, { blockId, reason: 'The test is over' });
  });

  it('leaves every server as it is, and what is asked for waits', async () => {
    ({ stopId } = await api.call(StopDispatch, { reason }));
    const operationId = await block(MEANWHILE);
    await new Promise((resolve) => setTimeout(resolve, LONG_ENOUGH_MS));
    expect(await holders(MEANWHILE)).toBe(0);
    expect(await holders(BEFORE)).toBe(up.lab.servers.length);
    const { tasks } = await api.call(GetOperation, { operationId });
    expect(new Set(tasks.map(({ state }) => state))).toEqual(new Set(['requested']));

    await api.call(LiftStop, { stopId, reason: 'It was a drill' });
    stopId = null;
    const { counts } = await eventually(
      'what had waited is done',
      () => api.call(GetOperation, { operationId }),
      ({ counts: now }) => now.succeeded === up.lab.servers.length,
      20_000,
    );
    expect(counts.failed).toBe(0);
    expect(await holders(MEANWHILE)).toBe(up.lab.servers.length);
  });
});
