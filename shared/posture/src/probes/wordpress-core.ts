// WordPress's own files, by one digest for each folder. Sites that are the same are told once.
import { z } from 'zod';
import { coreFolders } from '../core-folders.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import { wordPressRoots } from './wordpress.ts';

const MOST_TREES = 60;
/** Sites are read one by one; those that are left have their turn when this probe may take longer. */
const MOST_MS = 30_000;

const tree = z.strictObject({
  version: said(20),
  locale: said(20),
  folders: z.record(z.string().max(120), said(24)),
  roots: z.array(said(300)).min(1).max(200),
});

export const wordpressCore = probe('wordpress-core', {
  sentence: 'Whether WordPress’s own files are as they were released: a digest of each folder',
  cadence: 'daily',
  costMs: 900,
  privilege: 'folders of sites that others may not enter',
  reading: z.strictObject({
    trees: z.array(tree).max(MOST_TREES),
    /** Sites that could not be read, or not in time. */
    left: z.int().nonnegative(),
  }),
  async gather(host, unreadable) {
    const began = performance.now();
    const { roots, complete } = await wordPressRoots(host, unreadable);
    const trees = new Map<string, z.input<typeof tree>>();
    let left = complete ? 0 : 1;
    for (const root of roots) {
      const read = performance.now() - began > MOST_MS ? null : await readCore(host, root, unreadable);
      if (read === null) {
        left += 1;
        continue;
      }
      const same = JSON.stringify(read);
      const known = trees.get(same);
      if (known !== undefined) known.roots.push(root.slice(0, 300));
      else if (trees.size < MOST_TREES) trees.set(same, { ...read, roots: [root.slice(0, 300)] });
      else left += 1;
    }
    return { trees: [...trees.values()], left };
  },
});

async function readCore(host: ProbedHost, root: string, unreadable: UnreadablePart[]) {
  const about = await textOf(host, `${root}/wp-includes/version.php`, unreadable);
  const sums: string[] = [];
  for (const where of [
    [root, '-maxdepth', '1'],
    [`${root}/wp-admin`, `${root}/wp-includes`],
  ]) {
    const ran = await host.run('find', [...where, '-type', 'f', '-name', '*.php', '-exec', 'md5sum', '{}', '+']);
    if (about === null || ran?.code !== 0) {
      couldNot(root, ran, unreadable);
      return null;
    }
    sums.push(...lines(ran.stdout));
  }
  const files = sums.flatMap((line) => {
    const [, sum, path] = /^([0-9a-f]{32}) [ *](.+)$/.exec(line) ?? [];
    return sum === undefined || path?.startsWith(`${root}/`) !== true
      ? []
      : [[path.slice(root.length + 1), sum] as const];
  });
  const word = (name: string): string =>
    new RegExp(`\\$${name}\\s*=\\s*'([\\w.-]{1,20})'`).exec(about ?? '')?.[1] ?? '';
  const folders = coreFolders(Object.fromEntries(files));
  return { version: word('wp_version'), locale: word('wp_local_package') || 'en_US', folders };
}
