import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey, type SigningKey } from '@muster/kernel/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Settings } from '../../platform/config/settings.ts';
import { ensureKeys, readKey, type Trust } from '../../platform/keys/key-store.ts';
import { signRelease, type PackedRelease } from '../../platform/keys/signed-release.ts';
import { ReleaseShelf } from './release-shelf.ts';

let folder: string;
let trust: Trust;
let release: SigningKey;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-shelf-'));
  ({ trust } = ensureKeys(join(folder, 'keys'), 'muster.test/muster/1', new Date()));
  release = readKey(join(folder, 'keys'), 'release');
});
afterEach(() => rmSync(folder, { recursive: true }));

const shelf = () => new ReleaseShelf({ MUSTER_RELEASES: folder } as Settings, trust);

interface Wish {
  readonly key?: SigningKey;
  readonly at?: Date;
  readonly floor?: string;
  readonly arch?: 'x64' | 'arm64';
}

function put(version: string, { key = release, at = new Date(), floor = '0.1.0', arch = 'x64' }: Wish = {}) {
  const manifest: PackedRelease = {
    v: 1,
    name: `muster-agent-${version}-linux-${arch}.tar.gz`,
    version,
    arch,
    node: '24.21.0',
    sha256: '0'.repeat(64),
    bytes: 50_000_000,
    inputs: '0'.repeat(64),
    securityFloor: floor,
  };
  const signed = signRelease(manifest, key, at);
  writeFileSync(join(folder, `${manifest.name}.manifest.json`), JSON.stringify({ manifest, signed }));
  return signed;
}

describe('releases on the shelf', () => {
  it('are shown newest first, by number and not by letter, with every architecture', async () => {
    put('0.9.0');
    put('0.10.0');
    put('0.10.0', { arch: 'arm64' });
    const shown = await shelf().releases();
    expect(shown.map(({ version, problem }) => [version, problem])).toEqual([
      ['0.10.0', null],
      ['0.9.0', null],
    ]);
    expect(shown[0]?.arches.toSorted()).toEqual(['arm64', 'x64']);
  });

  it('are handed out as they were signed', async () => {
    const signed = put('0.2.0');
    expect(await shelf().manifestsOf('0.2.0')).toEqual([signed]);
    await expect(shelf().manifestsOf('0.3.0')).rejects.toThrow('no release 0.3.0');
  });

  it('are not rolled out when another key signed one of them', async () => {
    put('0.2.0');
    put('0.2.0', { arch: 'arm64', key: generateSigningKey() });
    await expect(shelf().manifestsOf('0.2.0')).rejects.toThrow('not signed by this installation');
  });

  it('are not rolled out when the signature lapsed', async () => {
    put('0.2.0', { at: new Date(Date.now() - 181 * 86_400_000) });
    await expect(shelf().manifestsOf('0.2.0')).rejects.toThrow('lapsed');
  });

  it('are not rolled out below the floor of a signed one; an unsigned one raises nothing', async () => {
    put('0.2.0');
    put('0.4.0', { floor: '0.4.0', key: generateSigningKey() });
    expect(await shelf().manifestsOf('0.2.0')).toHaveLength(1);
    put('0.3.0', { floor: '0.3.0' });
    await expect(shelf().manifestsOf('0.2.0')).rejects.toThrow('below the security floor 0.3.0');
  });

  it('are none where there is no folder, and nothing that is no manifest is one', async () => {
    writeFileSync(join(folder, 'broken.manifest.json'), '{"manifest":');
    expect(await shelf().releases()).toEqual([]);
    expect(await new ReleaseShelf({} as Settings, trust).releases()).toEqual([]);
  });
});
