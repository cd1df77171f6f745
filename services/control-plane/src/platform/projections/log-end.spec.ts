import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import type { SequencedEvent } from '../event-store/index.ts';
import { LogEnd } from './log-end.ts';

const event = (position: number): SequencedEvent => ({
  position,
  eventId: String(position),
  tenantId: DEFAULT_TENANT,
  streamId: 's',
  streamVersion: position,
  type: 'test.Happened',
  version: 1,
  data: {},
  meta: { v: 1, actor: 'test', actorKind: 'system', software: 'test', correlation: 'x', tenant: DEFAULT_TENANT },
  recordedAt: new Date(0),
});

/** A log whose length the test sets; counts how often it is read. */
function logOf(length: number) {
  const log = {
    length,
    reads: 0,
    fails: false,
    async readAll(from: number, { limit = 500 } = {}): Promise<SequencedEvent[]> {
      log.reads += 1;
      await Promise.resolve();
      if (log.fails) throw new Error('no upcaster');
      return Array.from({ length: Math.max(0, Math.min(limit, log.length - from)) }, (_, index) => event(from + index));
    },
  };
  return log;
}
const positions = (events: readonly SequencedEvent[] | null) => events?.map(({ position }) => position);

describe('the end of the log', () => {
  it('is read once for all who ask', async () => {
    const log = logOf(10);
    const end = new LogEnd(log);
    const answers = await Promise.all([end.from(7, 10), end.from(9, 10), end.from(8, 10)]);
    expect(answers.map(positions)).toEqual([[7, 8, 9], [9], [8, 9]]);
    expect(log.reads).toBe(1);
  });

  it('grows by what is new', async () => {
    const log = logOf(10);
    const end = new LogEnd(log);
    await end.from(5, 10);
    log.length = 12;
    expect(positions(await end.from(9, 12))).toEqual([9, 10, 11]);
    expect(log.reads).toBe(2);
  });

  it('leaves whoever is far behind to read for itself, and remembers no more than a thousand', async () => {
    const log = logOf(5000);
    const end = new LogEnd(log);
    expect(await end.from(100, 5000)).toBeNull();
    expect(log.reads).toBe(0);
    expect(positions(await end.from(4998, 5000))).toEqual([4998, 4999]);
    log.length = 5900;
    expect(positions(await end.from(5898, 5900))).toEqual([5898, 5899]);
    expect(await end.from(4890, 5890)).toBeNull();
    expect(positions(await end.from(4900, 5900))?.length).toBe(1000);
  });

  it('leaves everybody to read for themselves when it cannot be read', async () => {
    const log = logOf(10);
    const end = new LogEnd(log);
    log.fails = true;
    expect(await end.from(8, 10)).toBeNull();
    log.fails = false;
    expect(positions(await end.from(8, 10))).toEqual([8, 9]);
  });
});
