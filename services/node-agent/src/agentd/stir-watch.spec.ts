// A change that systemd tells of is heard, and the places are asked for anew before the look.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { StirWatch } from './stir-watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-stir-'));
const heard: string[] = [];
const watch = new StirWatch({
  folder,
  watch: () => {
    heard.push('places');
    return Promise.resolve(1);
  },
  stirred: () => heard.push('look'),
  log: (message) => heard.push(message),
});
afterEach(() => {
  watch.stop();
  rmSync(folder, { recursive: true });
});

it('looks once after a burst of changes, when it has asked for the places', async () => {
  watch.start();
  await vi.waitFor(() => expect(heard).toEqual(['places']));
  for (const text of ['a', 'b', 'c']) writeFileSync(join(folder, 'stirred'), text);
  writeFileSync(join(folder, 'something-else'), '');
  await vi.waitFor(() => expect(heard).toEqual(['places', 'places', 'look']), 4000);
});
