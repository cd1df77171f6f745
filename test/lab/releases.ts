// Other releases of the agent, made out of the one that the lab's control plane packed: the same program under another
// version, and one that is broken. Signed with the lab's release key unless told otherwise.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Signed } from '@muster/contracts/agent';
import { readKey } from '@muster/control-plane/platform/keys/key-store';
import { signRelease, type PackedRelease } from '@muster/control-plane/platform/keys/signed-release';
import { sha256Hex } from '@muster/kernel/hashing';
import type { SigningKey } from '@muster/kernel/signing';
import type { Lab } from './lab.ts';

const run = promisify(execFile);
const PACKED = /^muster-agent-(.+)-linux-x64\.tar\.gz$/;

export interface ReleaseWish {
  readonly version: string;
  readonly securityFloor: string;
  /** Its network half ends as soon as it is started. */
  readonly broken?: boolean;
}

export const releaseKey = (lab: Lab): SigningKey => readKey(join(lab.dataFolder, 'keys'), 'release');

/** Packs a release, puts it where servers download it, and answers its manifest as `key` signed it. */
export async function publishRelease(lab: Lab, wish: ReleaseWish, key = releaseKey(lab)): Promise<Signed> {
  const shelf = join(lab.dataFolder, 'releases');
  const { version, securityFloor } = wish;
  const source = (await readdir(shelf)).find((name) => PACKED.test(name));
  const original = PACKED.exec(source ?? '')?.[1];
  if (source === undefined || original === undefined) throw new Error(`No release of the agent in ${shelf}`);
  const folder = await mkdtemp(join(tmpdir(), 'muster-release-'));
  try {
    await run('tar', ['-xzf', join(shelf, source), '-C', folder]);
    const bundle = join(folder, `muster-agent-${original}`, 'muster-agent.mjs');
    const text = await readFile(bundle, 'utf8');
    const renamed = text.replaceAll(`"${original}"`, `"${version}"`);
    if (renamed === text) throw new Error(`The bundle does not say that it is ${original}`);
    await writeFile(bundle, wish.broken ? `if (process.argv[2] === 'agentd') process.exit(1);\n${renamed}` : renamed);
    const name = `muster-agent-${version}-linux-x64.tar.gz`;
    await run('tar', ['-cf', join(folder, 'packed'), '-C', folder, `muster-agent-${original}`]);
    await run('gzip', ['-1', join(folder, 'packed')]);
    const bytes = await readFile(join(folder, 'packed.gz'));
    const { manifest } = JSON.parse(await readFile(join(shelf, `${source}.manifest.json`), 'utf8')) as {
      manifest: PackedRelease;
    };
    const packed = { ...manifest, name, version, securityFloor, sha256: sha256Hex(bytes), bytes: bytes.length };
    const signed = signRelease(packed, key, new Date());
    await writeFile(join(shelf, `${name}.new`), bytes);
    await rename(join(shelf, `${name}.new`), join(shelf, name));
    await writeFile(join(shelf, `${name}.manifest.json`), JSON.stringify({ manifest: packed, signed }));
    return signed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
