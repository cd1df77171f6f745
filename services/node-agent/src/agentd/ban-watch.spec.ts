// What fail2ban says is in the spool or waits for it, within bounds, whatever the disk does.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_BATCH_ITEMS, type BatchBody } from '@muster/contracts/agent';
import type { BanLogLine } from '@muster/contracts/bans';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineOf } from '../capabilities/bans/fail2ban/ban-log.ts';
import { MemorySpool, type Priority } from '../link/spool.ts';
import { BanWatch } from './ban-watch.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-ban-watch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A disk that can be full, or slow. */
class Disk extends MemorySpool {
  isFull = false;
  slow: Promise<void> = Promise.resolve();
  taken: BatchBody[] = [];
  pushing = 0;
  mostPushing = 0;

  override async push(priority: Priority, body: BatchBody): Promise<void> {
    this.pushing += 1;
    this.mostPushing = Math.max(this.mostPushing, this.pushing);
    try {
      await this.slow;
      if (this.isFull) throw new Error('ENOSPC: no space left on device');
      this.taken.push(body);
      await super.push(priority, body);
    } finally {
      this.pushing -= 1;
    }
  }

  get lines(): BanLogLine[] {
    return this.taken.flatMap((body) => (body.kind === 'ban-log' ? body.items : []));
  }
}

function watchOver(disk: Disk): { watch: BanWatch; said: string[]; logPath: string } {
  const said: string[] = [];
  const logPath = join(folder, 'fail2ban.log');
  writeFileSync(logPath, '');
  const watch = new BanWatch({
    spool: disk,
    logPath,
    jails: () => Promise.reject(new Error('nobody is asked here')),
    changed: () => undefined,
    log: (message) => said.push(message),
  });
  return { watch, said, logPath };
}

const bans = (count: number, from = 0): BanLogLine[] =>
  Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return lineOf('sshd', `198.18.${number >> 8}.${number & 255}`, 'banned', 1_790_000_000 + number, 'history');
  });

describe('history', () => {
  it('is told when it is in the spool, and not before', async () => {
    const disk = new Disk();
    const { promise, resolve } = Promise.withResolvers<void>();
    disk.slow = promise;
    const { watch } = watchOver(disk);
    let isTold = false;
    const told = watch.tellHistory(bans(1200)).then(() => (isTold = true));
    await new Promise((settle) => setTimeout(settle, 30));
    expect([isTold, disk.taken.length]).toEqual([false, 0]);
    resolve();
    await told;
    expect(disk.lines.map(({ id }) => id)).toEqual(bans(1200).map(({ id }) => id));
    expect(disk.taken.map((body) => body.items.length)).toEqual([MAX_BATCH_ITEMS, MAX_BATCH_ITEMS, 200]);
    expect(disk.mostPushing).toBe(1);
  });
});

describe('a disk that takes nothing', () => {
  it('loses no line when it takes some again, in order, and is complained about once', async () => {
    const disk = new Disk();
    const { watch, said } = watchOver(disk);
    disk.isFull = true;
    await expect(watch.tellHistory(bans(700))).rejects.toThrow('ENOSPC');
    await expect(watch.tellHistory(bans(10, 700))).rejects.toThrow('ENOSPC');
    disk.isFull = false;
    await watch.tellHistory(bans(1, 710));
    expect(disk.lines.map(({ id }) => id)).toEqual(bans(711).map(({ id }) => id));
    await watch.stop();
    expect(said.length).toBeLessThanOrEqual(1);
  });

  it('has so many lines wait and no more, and says afterwards how many are missing', async () => {
    const disk = new Disk();
    const { watch } = watchOver(disk);
    disk.isFull = true;
    for (let thousand = 0; thousand < 13; thousand += 1)
      await watch.tellHistory(bans(1000, thousand * 1000)).catch(() => undefined);
    disk.isFull = false;
    await watch.stop();
    expect(disk.lines.map(({ id }) => id)).toEqual(bans(10_000, 3000).map(({ id }) => id));
    expect(disk.taken.at(-1)).toEqual({ kind: 'gap', items: [{ of: 'ban-log', dropped: 3000 }] });
  });

  it('leaves what fail2ban logs in its file meanwhile', async () => {
    const disk = new Disk();
    const { watch, logPath } = watchOver(disk);
    await watch.start();
    await expect.poll(() => disk.pushing).toBe(0);
    disk.isFull = true;
    await watch.tellHistory(bans(MAX_BATCH_ITEMS)).catch(() => undefined);
    const found = (last: number) =>
      `2026-11-22 08:00:00,000 fail2ban.filter         [7]: INFO    [sshd] Found 203.0.113.${last} - 2026-11-22 08:00:00\n`;
    appendFileSync(logPath, found(1));
    await new Promise((settle) => setTimeout(settle, 1500));
    disk.isFull = false;
    await watch.tellHistory([]);
    expect(disk.lines).toHaveLength(MAX_BATCH_ITEMS);
    await expect.poll(() => disk.lines.at(-1)?.address, { timeout: 5000 }).toBe('203.0.113.1');
    await watch.stop();
  });
});
