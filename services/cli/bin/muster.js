#!/usr/bin/env node
// `muster`: starts the command line under a Node that can run it. The machine's own Node may be older than ours; the
// one from npm lies in node_modules. Plain JavaScript, so that any Node gets as far as the sentence that helps.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEWEST_TOO_OLD = 21;
const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, '../dist/main.js');
const source = join(here, '../src/main.ts');
const program = existsSync(built) ? built : source;

function suitableNode() {
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const node = join(folder, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
    if (existsSync(node)) return node;
  }
  return undefined;
}

const tooOld = Number(process.versions.node.split('.')[0]) <= NEWEST_TOO_OLD;
if (tooOld || program === source) {
  const node = tooOld ? suitableNode() : process.execPath;
  if (node === undefined) {
    console.error(
      `muster needs Node 22 or newer; this is ${process.version}, and node_modules has no other. Run: npm ci`,
    );
    process.exit(2);
  }
  // From source, packages resolve to TypeScript, which needs a condition that only a new process can be given.
  const options = program === source ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [];
  const { status, signal } = spawnSync(node, [...options, program, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  process.exit(status ?? 2);
}
await import(pathToFileURL(program).href);
