// The releases that servers can download, as their signed manifests tell. A file that the release key did not sign is shown
// with the reason and never rolled out: the folder can be written by whoever holds this machine, the key lies elsewhere.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareVersions, releaseManifest, signed, type ReleaseManifest, type Signed } from '@muster/contracts/agent';
import type { ReleaseView } from '@muster/contracts/releases';
import { verifyFor } from '@muster/kernel/signing';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { goodKey } from '../../platform/keys/key-store.ts';
import { TRUST, type Trust } from '../../platform/keys/trust.ts';

const MANIFEST = '.manifest.json';
const onShelf = z.object({ manifest: z.unknown(), signed: signed.optional() });

interface Shelved {
  readonly manifest: ReleaseManifest;
  readonly signed: Signed;
  readonly problem: string | null;
}

@Injectable()
export class ReleaseShelf {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRUST) private readonly trust: Trust,
  ) {}

  /** Newest first. */
  async releases(): Promise<ReleaseView[]> {
    const shelved = await this.#read();
    const versions = Map.groupBy(shelved, ({ manifest }) => manifest.version);
    return [...versions.values()]
      .map((files) => viewOf(files, highestFloor(shelved)))
      .toSorted((a, b) => compareVersions(b.version, a.version));
  }

  /** What the files of an installed release must be, also of one whose manifest has lapsed since. */
  async signedFiles(): Promise<{ version: string; inputs: string }[]> {
    const shelved = await this.#read();
    return shelved
      .filter((one) => this.#isSigned(one.signed))
      .map(({ manifest: { version, inputs } }) => ({ version, inputs }));
  }

  /** What servers will verify. Throws a Refusal for a version that cannot be rolled out. */
  async manifestsOf(version: string): Promise<Signed[]> {
    const shelved = await this.#read();
    const files = shelved.filter(({ manifest }) => manifest.version === version);
    if (files.length === 0) throw new Refusal('not-found', 'not-found', `There is no release ${version} of the agent`);
    const { problem } = viewOf(files, highestFloor(shelved));
    if (problem !== null) throw new Refusal('conflict', 'not-releasable', problem);
    return files.map((file) => file.signed);
  }

  async #read(): Promise<Shelved[]> {
    const { MUSTER_RELEASES: folder } = this.settings;
    if (folder === undefined) return [];
    const names = await readdir(folder).catch(() => []);
    const read = await Promise.all(
      names.filter((name) => name.endsWith(MANIFEST)).map((name) => this.#open(join(folder, name))),
    );
    return read.filter((one) => one !== undefined);
  }

  /** undefined: nothing that names a version. */
  async #open(path: string): Promise<Shelved | undefined> {
    const file = onShelf.safeParse(parse(await readFile(path, 'utf8').catch(() => '')));
    if (!file.success || file.data.signed === undefined) return undefined;
    const bytes = Buffer.from(file.data.signed.body, 'base64');
    const manifest = releaseManifest.safeParse(parse(bytes.toString('utf8')));
    if (!manifest.success) return undefined;
    return {
      manifest: manifest.data,
      signed: file.data.signed,
      problem: this.#problem(manifest.data, file.data.signed),
    };
  }

  #isSigned({ keyId, body, signature }: Signed): boolean {
    const key = goodKey(this.trust.keyset, keyId, 'release', new Date());
    return key !== undefined && verifyFor('muster/release/v1', key, Buffer.from(body, 'base64'), signature);
  }

  #problem({ version, expiresAt }: ReleaseManifest, signed: Signed): string | null {
    if (!this.#isSigned(signed)) {
      return `${version} is not signed by this installation's release key`;
    }
    if (Date.parse(expiresAt) < Date.now()) return `The signature of ${version} lapsed; muster setup signs it anew`;
    return null;
  }
}

/** Only what is signed may raise the floor for others. */
function highestFloor(shelved: readonly Shelved[]): string {
  const floors = shelved.filter(({ problem }) => problem === null).map(({ manifest }) => manifest.securityFloor);
  return floors.toSorted((a, b) => compareVersions(b, a))[0] ?? '0.0.0';
}

function viewOf(files: readonly Shelved[], floor: string): ReleaseView {
  const [first] = files;
  if (first === undefined) throw new Error('a release without a file');
  const { version, node, securityFloor, expiresAt } = first.manifest;
  const below = compareVersions(version, floor) < 0 ? `${version} is below the security floor ${floor}` : null;
  return {
    version,
    arches: files.map(({ manifest }) => manifest.arch),
    node,
    bytes: Math.max(...files.map(({ manifest }) => manifest.bytes)),
    securityFloor,
    expiresAt,
    problem: files.find(({ problem }) => problem !== null)?.problem ?? below,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
