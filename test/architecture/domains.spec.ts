// One word, one folder, every layer: a folder that names no domain, or a domain's folder under another word, is a mistake.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DOMAINS = new Set(
  'access audit clients fleet servers releases operations posture firewall bans backups keys notifications reviews incidents'.split(
    ' ',
  ),
);

describe('the same word in every layer', () => {
  it.each(['services/control-plane/src/domains', 'web/src/lib/domains'])('%s holds domains only', (folder) => {
    const path = join(ROOT, folder);
    const names = existsSync(path) ? folders(path) : [];
    expect(names.filter((name) => !DOMAINS.has(name))).toEqual([]);
  });

  it('every domain of the control plane has its contracts', () => {
    const path = join(ROOT, 'services/control-plane/src/domains');
    const contracts = new Set(folders(join(ROOT, 'shared/contracts/src')));
    const built = existsSync(path) ? folders(path) : [];
    expect(built.filter((name) => !contracts.has(name))).toEqual([]);
  });

  it('every domain of the control plane shows one file', () => {
    const path = join(ROOT, 'services/control-plane/src/domains');
    const built = existsSync(path) ? folders(path) : [];
    expect(built.filter((name) => !existsSync(join(path, name, 'index.ts')))).toEqual([]);
  });

  it('no part has an empty folder', () => {
    const empty: string[] = [];
    for (const part of ['services', 'shared', 'web/src', 'test', 'deploy', 'migrations'])
      collectEmpty(join(ROOT, part), empty);
    expect(empty).toEqual([]);
  });
});

const NOT_SOURCE = new Set(['node_modules', 'dist', 'build', '.svelte-kit', '.turbo']);

function collectEmpty(folder: string, into: string[]): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.length === 0) into.push(folder);
  for (const entry of entries) {
    if (entry.isDirectory() && !NOT_SOURCE.has(entry.name)) collectEmpty(join(folder, entry.name), into);
  }
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
