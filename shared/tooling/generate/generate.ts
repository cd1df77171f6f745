// `npm run generate` writes the reference pages from the closed catalogue; `-- --check` only compares, as CI does.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { referencePages } from './pages.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'docs/reference');
const onlyCheck = process.argv.includes('--check');

const pages = await referencePages();
const differing: string[] = [];
for (const [name, content] of pages) {
  const path = join(FOLDER, name);
  const present = existsSync(path) ? await readFile(path, 'utf8') : undefined;
  if (present === content) continue;
  differing.push(`${relative(ROOT, path)}: ${present === undefined ? 'missing' : 'out of date'}`);
  if (onlyCheck) continue;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path, content);
}
for (const name of existsSync(FOLDER) ? await readdir(FOLDER) : []) {
  if (pages.has(name)) continue;
  differing.push(`docs/reference/${name}: nothing generates it`);
  if (!onlyCheck) await rm(join(FOLDER, name));
}

if (onlyCheck && differing.length > 0) {
  console.error(`Generated pages differ from their source:\n  ${differing.join('\n  ')}`);
  process.exitCode = 1;
} else {
  console.log(differing.length === 0 ? 'All reference pages are up to date.' : `Wrote:\n  ${differing.join('\n  ')}`);
}
