import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AliveFile } from './alive-file.ts';

it('gives the file the time of the last touch, whether it was there or not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-alive-'));
  const path = join(folder, 'alive');
  new AliveFile(path).touch();
  expect(existsSync(path)).toBe(true);
  utimesSync(path, 1000, 1000);
  new AliveFile(path).touch();
  expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
  rmSync(folder, { recursive: true });
});
