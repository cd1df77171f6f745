// The spool on disk: what it keeps over a restart, and what goes first when it is full.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskSpool } from './disk-spool.ts';

const gap = (of: string) => ({ kind: 'gap' as const, items: [{ of, dropped: 1 }] });

describe('the spool on disk', () => {
  let folder: string;
  const opened: DiskSpool[] = [];
  const open = async (limits?: Parameters<typeof DiskSpool.open>[1]) => {
    const spool = await DiskSpool.open(folder, limits);
    opened.push(spool);
    return spool;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-spool-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((spool) => spool.close()));
    await rm(folder, { recursive: true, force: true });
  });
  it('survives a restart and never uses a number twice', async () => {
    const first = await open();
    await first.push(1, gap('one'));
    await first.push(0, gap('two'));
    const before = await first.after(0, 10);
    expect(before.map((batch) => batch.body.items)).toEqual([[{ of: 'one', dropped: 1 }], [{ of: 'two', dropped: 1 }]]);
    await first.acknowledge(before[0]?.seq ?? 0);
    const again = await open();
    expect((await again.after(0, 10)).map((batch) => batch.seq)).toContain(before[1]?.seq);
    await again.acknowledge(before[1]?.seq ?? 0);
    await again.push(1, gap('three'));
    const [last] = await (await open()).after(0, 10);
    expect(last?.seq).toBeGreaterThan(before[1]?.seq ?? 0);
  });
  it('drops metrics first, then the ban log, keeps security, and tells what is missing', async () => {
    const spool = await open({ segmentBytes: 1000, totalBytes: 8000, leastFreeBytes: 0 });
    const padded = (of: string) => gap(of.padEnd(40, '.'));
    const facts = { kind: 'capabilities' as const, items: [{ capability: 'bans' as const, barred: 'x'.repeat(200) }] };
    for (let i = 0; i < 5; i++) await spool.push(0, padded(`security ${i}`));
    for (let i = 0; i < 10; i++) await spool.push(2, facts);
    for (let i = 0; i < 60; i++) await spool.push(1, facts);
    const kept = await spool.after(0, 500);
    const security = kept.filter(({ body }) => body.kind === 'gap' && body.items[0]?.of.startsWith('security'));
    expect(security).toHaveLength(5);
    const dropped = kept
      .flatMap(({ body }) => (body.kind === 'gap' ? body.items : []))
      .filter((item) => item.of === 'capabilities')
      .reduce((sum, item) => sum + item.dropped, 0);
    expect(dropped + kept.filter(({ body }) => body.kind === 'capabilities').length).toBe(70);
    expect(dropped).toBeGreaterThan(10);
    expect(kept.map((batch) => batch.seq)).toEqual(kept.map((batch) => batch.seq).toSorted((a, b) => a - b));
  });
});
