// The files of the installed agent, as one hash: made as the release's manifest makes it, over paths, modes and contents.
import { sha256Hex } from '@muster/kernel/hashing';
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';

const CURRENT = '/opt/muster-agent/current/';

export const agentFiles = probe('agent-files', {
  sentence: 'The installed release of the agent, and one hash over its files',
  cadence: 'daily',
  costMs: 500,
  privilege: null,
  reading: z.strictObject({
    /** null: it is not installed as a release. */
    version: said(40).nullable(),
    /** null: not readable. */
    inputs: z.string().max(64).nullable(),
  }),
  async gather(host, unreadable) {
    const linked = await host.run('find', ['/opt/muster-agent/current', '-maxdepth', '0', '-printf', '%l\\n']);
    const version = /^versions\/([0-9.]{5,17})\s*$/.exec(linked?.stdout ?? '')?.[1] ?? null;
    if (version === null) return { version: null, inputs: null };
    const found = await host.run('find', [CURRENT, '-type', 'f', '-printf', '%m %p\\n']);
    const files = parseModes(found?.stdout ?? '');
    if (found?.code !== 0 || files.length === 0) {
      couldNot('the agent’s files', found, unreadable);
      return { version, inputs: null };
    }
    const summed = await host.run('sha256sum', ['--', ...files.map(({ path }) => path)]);
    const hashes = parseSums(summed?.stdout ?? '');
    if (summed?.code !== 0 || files.some(({ path }) => !hashes.has(path))) {
      couldNot('the agent’s files', summed, unreadable);
      return { version, inputs: null };
    }
    return { version, inputs: inputsOf(files, hashes) };
  },
});

interface InstalledFile {
  readonly path: string;
  readonly mode: number;
}

const parseModes = (text: string): InstalledFile[] =>
  lines(text).flatMap((line) => {
    const [, mode, path] = /^([0-7]{3,4}) (.+)$/.exec(line) ?? [];
    return mode === undefined || path === undefined ? [] : [{ mode: Number.parseInt(mode, 8), path }];
  });

const parseSums = (text: string): ReadonlyMap<string, string> =>
  new Map(
    lines(text).flatMap((line) => {
      const [, hash, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      return hash === undefined || path === undefined ? [] : [[path, hash] as const];
    }),
  );

/** As deploy/agent/build-tarball.ts: a line per file, sorted, modes in decimal. */
const inputsOf = (files: readonly InstalledFile[], hashes: ReadonlyMap<string, string>): string =>
  sha256Hex(
    files
      .map(({ path, mode }) => `${path.slice(CURRENT.length)} ${mode} ${hashes.get(path) ?? ''}\n`)
      .sort()
      .join(''),
  );
