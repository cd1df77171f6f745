// The line that takes a key out of use, run on a real file: that key opens nothing any more, everything else stays as it was.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withoutKey } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

function publicKey(name: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${name}'s laptop`, '-f', join(folder, name)]);
  return readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
}
const fingerprints = (file: string): string[] =>
  execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');

it('comments that key out, also in a last line without an end, and puts the file back', () => {
  const [ops, former] = [publicKey('ops'), publicKey('former')];
  const file = join(folder, "authorized keys of o'brien");
  const text = `# since 2024\n${ops}\n\nfrom="192.0.2.0/24",no-pty ${former}`;
  writeFileSync(file, text, { mode: 0o600 });
  const [kept = '', gone = ''] = fingerprints(file);
  const { mend, undo } = withoutKey('ops', gone, file);
  // The account of the server is not one of this machine.
  const run = (line: string | null | undefined): void => {
    expect(line).toMatch(/^runuser -u ops -- /);
    execFileSync('sh', ['-c', (line ?? '').replace('runuser -u ops -- ', '')]);
  };
  run(mend[1]?.command);
  expect(fingerprints(file)).toEqual([kept]);
  expect(readFileSync(file, 'utf8')).toBe(text.replace('from=', '# from=') + '\n');
  run(undo[0]?.command);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
