// Each import fence of .dependency-cruiser.mjs bites: a small tree breaks every rule once, and each must be reported for
// exactly the file that broke it. A rule whose pattern no longer matches anything would otherwise protect nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DOMAINS = 'services/control-plane/src/domains';

/** Rule → the file that breaks it and what it imports. */
const BREACHES: Record<string, [file: string, imports: string]> = {
  'domains-meet-at-their-index': [`${DOMAINS}/bans/bans.module.ts`, '../servers/servers.table.ts'],
  'entry-points-use-a-domains-index': ['services/control-plane/src/main/api.ts', '../domains/servers/servers.table.ts'],
  'platform-knows-no-domain': ['services/control-plane/src/platform/http.ts', '../domains/servers/index.ts'],
  'contracts-are-schemas-only': ['shared/contracts/src/files.ts', 'node:fs'],
  'kernel-stands-alone': ['shared/kernel/src/words.ts', '../../contracts/src/files.ts'],
  'checks-are-pure': ['shared/posture/src/probes/home.ts', 'node:fs'],
  'web-knows-contracts-only': ['web/src/page.ts', '../../services/control-plane/src/platform/http.ts'],
  'agent-knows-contracts-only': ['services/node-agent/src/agentd.ts', '../../control-plane/src/platform/http.ts'],
  'control-plane-knows-no-client': [
    'services/control-plane/src/platform/agents.ts',
    '../../../node-agent/src/agentd.ts',
  ],
  'product-knows-no-test': ['migrations/src/seed.ts', '../../test/support.ts'],
  'imports-resolve': ['shared/kernel/src/lost.ts', './nowhere.ts'],
};

/** What the breaches lead to, and imports that must stay allowed. */
const INNOCENT: Record<string, string> = {
  [`${DOMAINS}/servers/index.ts`]: "export * from './servers.table.ts';",
  [`${DOMAINS}/servers/servers.table.ts`]: 'export const table = 1;',
  [`${DOMAINS}/access/access.module.ts`]:
    "export * from '../servers/index.ts'; export * from '../../platform/http.ts';",
  'test/support.ts': "export * from '../shared/kernel/src/words.ts';",
};

describe('import fences', () => {
  const tree = mkdtempSync(join(tmpdir(), 'muster-fences-'));
  let reported: { rule: string; from: string }[] = [];

  beforeAll(() => {
    for (const [path, text] of Object.entries(INNOCENT)) plant(path, text);
    for (const [path, target] of Object.values(BREACHES)) plant(path, `export * from '${target}';`);
    const cruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const config = join(ROOT, '.dependency-cruiser.mjs');
    const folders = ['shared', 'services', 'web', 'migrations', 'test'];
    const ran = spawnSync(process.execPath, [cruise, '--config', config, '--output-type=json', ...folders], {
      cwd: tree,
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 32 * 1024 * 1024,
    });
    const report = JSON.parse(ran.stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
    reported = report.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
  }, 90_000);
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it.each(Object.entries(BREACHES))('%s', (rule, [file]) => {
    expect(reported).toContainEqual({ rule, from: file });
  });

  it('let pass what is allowed', () => {
    expect(reported.filter(({ from }) => from in INNOCENT)).toEqual([]);
  });

  it('are all tried here', async () => {
    const config = (await import(join(ROOT, '.dependency-cruiser.mjs'))) as {
      default: { forbidden: { name: string }[] };
    };
    expect(Object.keys(BREACHES).toSorted()).toEqual(config.default.forbidden.map((rule) => rule.name).toSorted());
  });

  function plant(path: string, text: string): void {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `${text}\n`);
  }
});
