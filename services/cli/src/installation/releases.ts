// The agent as servers download it: packed when the image was built, signed here, because every installation has its own
// release key.
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseManifest } from '@muster/contracts/agent';
import { readKey } from '@muster/control-plane/platform/keys/key-store';
import { signRelease } from '@muster/control-plane/platform/keys/signed-release';
import { z } from 'zod';
import { writePrivate } from './private-file.ts';

const MANIFEST = '.manifest.json';
const packed = z.object({ manifest: releaseManifest.omit({ issuedAt: true, expiresAt: true }) });

/** Returns the names of the tarballs that can be installed now. */
export async function publishReleases(from: string, to: string, keys: string): Promise<string[]> {
  const key = readKey(keys, 'release');
  const names = await readdir(from);
  for (const name of names.filter((one) => !one.endsWith(MANIFEST) && one !== 'install.sh')) {
    await copyFile(join(from, name), join(to, name));
  }
  for (const name of names.filter((one) => one.endsWith(MANIFEST))) {
    const { manifest } = packed.parse(JSON.parse(await readFile(join(from, name), 'utf8')));
    const signed = { manifest, signed: signRelease(manifest, key, new Date()) };
    await writePrivate(join(to, name), `${JSON.stringify(signed, null, 2)}\n`, 0o644);
  }
  // The script names the tarballs' hashes, so it comes when they are there.
  await writePrivate(join(to, 'install.sh'), await readFile(join(from, 'install.sh')), 0o644);
  return names.filter((one) => one.endsWith('.tar.gz'));
}
