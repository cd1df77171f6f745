// What is seen of a file that somebody else writes, and how seldom it is looked at while nobody does.
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readUntrusted } from './files.ts';
import { Growth } from './growth.ts';

const BUSY_MS = 200;
const SOON_MS = 2000;

let folder = '';
let growth: Growth | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-growth-'));
});
afterEach(() => {
  growth?.stop();
  rmSync(folder, { recursive: true });
});

/** Follows a file from its beginning. */
function follow(path: string) {
  const seen = { text: '', looks: 0 };
  let offset = 0;
  growth = new Growth({
    path,
    busyMs: BUSY_MS,
    look: async () => {
      seen.looks += 1;
      const read = await readUntrusted(path, offset, 65_536).catch(() => undefined);
      offset = read?.next ?? 0;
      seen.text += read?.text ?? '';
      return (read?.text ?? '') !== '';
    },
  });
  growth.start();
  return seen;
}

async function until(what: () => boolean): Promise<void> {
  const end = performance.now() + SOON_MS;
  while (!what() && performance.now() < end) await sleep(10);
}

it('sees at once what is written to a file that rested, and does not look while it rests', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'a');
  const seen = follow(path);
  await sleep(4 * BUSY_MS);
  const { looks } = seen;
  await sleep(4 * BUSY_MS);
  expect(seen).toEqual({ text: 'a', looks });
  appendFileSync(path, 'b');
  await until(() => seen.text === 'ab');
  expect(seen.text).toBe('ab');
});

it('looks no more often than it would without being told while lines come one by one', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, '');
  const seen = follow(path);
  await sleep(2 * BUSY_MS);
  const [before, began] = [seen.looks, performance.now()];
  for (let line = 0; line < 100; line += 1) {
    appendFileSync(path, '.');
    await sleep(10);
  }
  const looks = seen.looks - before;
  expect(looks).toBeLessThanOrEqual((performance.now() - began) / BUSY_MS + 3);
  await until(() => seen.text.length === 100);
  expect(seen.text).toHaveLength(100);
});

it('goes on with the file that takes the place of a rotated one', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'old');
  const seen = follow(path);
  await sleep(3 * BUSY_MS);
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'n');
  await until(() => seen.text === 'oldn');
  await sleep(3 * BUSY_MS);
  appendFileSync(path, 'ew');
  await until(() => seen.text === 'oldnew');
  expect(seen.text).toBe('oldnew');
});

it('sees a file that was not there', async () => {
  const path = join(folder, 'log');
  const seen = follow(path);
  await sleep(BUSY_MS);
  writeFileSync(path, 'first');
  await until(() => seen.text === 'first');
  expect(seen.text).toBe('first');
});

it('hears what is written into a folder, and looks when somebody says so', async () => {
  let looks = 0;
  growth = new Growth({
    path: folder,
    busyMs: BUSY_MS,
    look: () => {
      looks += 1;
      return Promise.resolve(false);
    },
  });
  growth.start();
  await sleep(2 * BUSY_MS);
  let before = looks;
  writeFileSync(join(folder, 'record'), 'x');
  await until(() => looks > before);
  expect(looks).toBeGreaterThan(before);
  await sleep(2 * BUSY_MS);
  before = looks;
  growth.soon();
  await until(() => looks > before);
  expect(looks).toBe(before + 1);
  growth.stop();
  before = looks;
  writeFileSync(join(folder, 'record'), 'y');
  await sleep(2 * BUSY_MS);
  expect(looks).toBe(before);
});
