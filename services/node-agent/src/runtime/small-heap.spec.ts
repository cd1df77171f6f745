import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SmallHeap } from './small-heap.ts';

const MB = 1024 * 1024;

test('collects once the heap has grown by more than 2 MB, and counts from what was left then', async () => {
  let used = 14 * MB;
  let collections = 0;
  const heap = new SmallHeap({
    used: () => used,
    collect: async () => {
      collections += 1;
      used = 15 * MB;
    },
  });
  used = 16 * MB;
  await heap.grown();
  expect(collections).toBe(0);
  used = 16 * MB + 1;
  await heap.grown();
  expect(collections).toBe(1);
  used = 17 * MB;
  await heap.grown();
  expect(collections).toBe(1);
});

test('lets a large heap grow by an eighth, so that what grows to 150 MB is collected some twenty times', async () => {
  let used = 14 * MB;
  let collections = 0;
  const heap = new SmallHeap({
    used: () => used,
    collect: () => {
      collections += 1;
      return Promise.resolve();
    },
  });
  for (; used < 150 * MB; used += MB / 4) await heap.grown();
  expect(collections).toBeGreaterThan(10);
  expect(collections).toBeLessThan(25);
});

test('does not begin a second collection while one is under way', async () => {
  let used = 0;
  let finish: (() => void) | undefined;
  let collections = 0;
  const heap = new SmallHeap({
    used: () => used,
    collect: () => {
      collections += 1;
      return new Promise<void>((resolve) => (finish = resolve));
    },
  });
  used = 3 * MB;
  const first = heap.grown();
  await heap.grown();
  expect(collections).toBe(1);
  finish?.();
  await first;
});

test('a process that makes much and needs little stays smaller than V8 would let it grow', async () => {
  const module = fileURLToPath(new URL('small-heap.ts', import.meta.url));
  const program = `
    import { getHeapStatistics } from 'node:v8';
    import { keepHeapSmall } from ${JSON.stringify(module)};
    if (process.argv[1] === 'small') keepHeapSmall();
    const recent = [];
    let most = 0;
    for (let round = 0; round < 600; round += 1) {
      for (let n = 0; n < 150; n += 1) recent.push({ n, text: 'x'.repeat(20) + n, list: [n, n + 1] });
      // Old enough to be out of the small collections' reach when it is dropped.
      if (recent.length > 6000) recent.splice(0, 3000);
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, getHeapStatistics().used_heap_size);
    }
    console.log(most);`;
  const mostOf = async (how: string): Promise<number> => {
    const flags = ['--expose-gc', '--max-semi-space-size=1', '--input-type=module-typescript', '--eval', program, how];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    return Number(stdout);
  };
  expect(await mostOf('small')).toBeLessThan(await mostOf('as it comes'));
});
