// The image of the control plane takes what was built folder by folder. A package that it needs and that is not taken is
// missed only when the first process starts in production.
import { readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

function needs(workspace: string, found = new Set<string>()): Set<string> {
  const { dependencies = {} } = JSON.parse(read(`${workspace}/package.json`)) as Manifest;
  for (const name of Object.keys(dependencies).filter((one) => one.startsWith('@muster/'))) {
    const folder = folderOf(name.slice('@muster/'.length));
    if (found.has(folder)) continue;
    found.add(folder);
    needs(folder, found);
  }
  return found;
}

/** Where npm linked it from. */
const folderOf = (name: string): string => relative(ROOT, realpathSync(join(ROOT, 'node_modules/@muster', name)));

it('takes every package of ours that the control plane and the command line need', () => {
  const image = read('deploy/images/muster.Dockerfile');
  const all = [...needs('services/control-plane'), ...needs('services/cli')];
  expect(all.length).toBeGreaterThan(3);
  expect(all.filter((folder) => !image.includes(`/opt/muster/${folder}/dist ${folder}/dist`))).toEqual([]);
});
