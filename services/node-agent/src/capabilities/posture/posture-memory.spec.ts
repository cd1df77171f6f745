// What probes keep lies in the state folder, never outlives it, and is not written any more once the agent ends.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PostureMemory } from './posture-memory.ts';

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('keeps a file per name, for its owner alone', async () => {
  const state = stateFolder();
  const memory = new PostureMemory(state);
  await memory.keep('busy', 'first');
  await memory.keep('busy', 'second');
  await memory.keep('key-uses', 'another');
  expect(readdirSync(join(state, 'posture')).sort()).toEqual(['busy.json', 'key-uses.json']);
  expect(readFileSync(memory.pathOf('busy'), 'utf8')).toBe('second');
  expect(statSync(join(state, 'posture')).mode & 0o777).toBe(0o700);
  expect(statSync(memory.pathOf('busy')).mode & 0o777).toBe(0o600);
});

it('writes one after the other what is kept at the same time', async () => {
  const memory = new PostureMemory(stateFolder());
  await Promise.all(['1', '2', '3', '4'].map((text) => memory.keep('busy', text)));
  expect(readFileSync(memory.pathOf('busy'), 'utf8')).toBe('4');
});

it('does not make a state folder that was removed: whoever keeps something hears of it', async () => {
  const state = stateFolder();
  const memory = new PostureMemory(state);
  await memory.keep('busy', 'while it was there');
  rmSync(state, { recursive: true });
  await expect(memory.keep('busy', 'afterwards')).rejects.toThrow(/ENOENT/);
  expect(existsSync(state)).toBe(false);
});

it('waits for what is being written when it is closed, and takes nothing afterwards', async () => {
  const state = stateFolder();
  const memory = new PostureMemory(state);
  const written = memory.keep('busy', 'the last');
  await memory.close();
  expect(readFileSync(memory.pathOf('busy'), 'utf8')).toBe('the last');
  await expect(memory.keep('busy', 'too late')).rejects.toThrow(/is ending/);
  await written;
  expect(readFileSync(memory.pathOf('busy'), 'utf8')).toBe('the last');
  expect(readdirSync(join(state, 'posture'))).toEqual(['busy.json']);
});
