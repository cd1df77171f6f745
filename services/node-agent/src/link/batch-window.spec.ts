// A batch goes over a connection once, in order, and no more of them than fit the window.
import { expect, it } from 'vitest';
import { BatchWindow } from './batch-window.ts';
import { MemorySpool, type SpooledBatch } from './spool.ts';

const WINDOW = 16;

/** Counts what is read of it, and can hold a reading up. */
class ReadSpool extends MemorySpool {
  read: number[] = [];
  hold: Promise<void> = Promise.resolve();

  override async after(seq: number, most: number): Promise<SpooledBatch[]> {
    const found = await super.after(seq, most);
    this.read.push(...found.map((batch) => batch.seq));
    await this.hold;
    return found;
  }
}

function opened(batches: number): { spool: ReadSpool; window: BatchWindow; sent: number[] } {
  const spool = new ReadSpool();
  const sent: number[] = [];
  const window = new BatchWindow(
    spool,
    ({ seq }) => sent.push(seq) > 0,
    (error) => {
      throw error;
    },
  );
  spool.onPush = () => void window.pump();
  for (let batch = 0; batch < batches; batch += 1) void spool.push(1, { kind: 'ban-log', items: [] });
  return { spool, window, sent };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const upTo = (last: number, from = 1): number[] => Array.from({ length: last - from + 1 }, (_, index) => from + index);

it('keeps to its window, and reads each batch once while acknowledgements are slow', async () => {
  const { spool, window, sent } = opened(40);
  await settled();
  expect(sent).toEqual(upTo(WINDOW));
  for (let batch = 0; batch < 5; batch += 1) await spool.push(1, { kind: 'ban-log', items: [] });
  await settled();
  expect(sent).toEqual(upTo(WINDOW));
  for (const seq of upTo(45)) {
    await window.acknowledged(seq);
    await settled();
  }
  expect(sent).toEqual(upTo(45));
  expect(spool.read).toEqual(upTo(45));
});

it('sends what was not acknowledged again over the next connection, in order', async () => {
  const { spool, window, sent } = opened(5);
  await settled();
  await window.acknowledged(2);
  sent.length = 0;
  window.begin();
  void window.pump();
  await settled();
  expect(sent).toEqual([3, 4, 5]);
  await window.acknowledged(5);
  expect(spool.waiting).toBe(0);
});

it('leaves nothing out when the connection is another one by the time a batch has been read', async () => {
  const { spool, window, sent } = opened(3);
  await settled();
  const { promise, resolve } = Promise.withResolvers<void>();
  spool.hold = promise;
  await spool.push(1, { kind: 'ban-log', items: [] });
  sent.length = 0;
  window.begin();
  resolve();
  await settled();
  expect(sent).toEqual(upTo(4));
});
