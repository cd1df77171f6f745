// What the root helper loads before it answers: not what only a round of probes needs, which is half of its program.
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** Paths of the sources that are run before the module has loaded, from the top of the repository. */
async function loadedBy(module: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: join(import.meta.dirname, '../../..'),
    entryPoints: [join(import.meta.dirname, module)],
    outdir: 'nowhere',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
  });
  const first = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(`/${module}`))?.[0];
  const waiting = first === undefined ? [] : [first];
  const chunks = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (chunks.has(path)) continue;
    chunks.add(path);
    for (const one of metafile.outputs[path]?.imports ?? [])
      if (one.kind === 'import-statement' && one.external !== true) waiting.push(one.path);
  }
  return [...chunks].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
}

it('loads no probe, no reader of sites and no database before it answers', async () => {
  const loaded = await loadedBy('privd.ts');
  expect(loaded).toContain('services/node-agent/src/privd.ts');
  expect(loaded).toContain('services/node-agent/src/capabilities/bans/table.ts');
  const later = /posture\/src\/probe|capabilities\/sites\/collect|fail2ban\/history/;
  expect(loaded.filter((path) => later.test(path))).toEqual([]);
});
