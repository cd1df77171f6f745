// What the root helper keeps about its trust: which server this is, the pinned root key, the newest keyset, its own keys.
// Made once at enrolment, mode 0700; the unprivileged process can neither read nor write it.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { signedKeyset } from '@muster/contracts/agent';
import type { KeyStatement, Keyset, SignedKeyset } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { exportSigningKey, generateSigningKey, importSigningKey, signFor } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';
import { z } from 'zod';
import { readIfPresent, writeFileAtomically } from '../host/files.ts';
import { fingerprintOfKeys } from '../trust/fingerprint.ts';
import { openKeyset, succeeds } from '../trust/keyset.ts';
import { isRefusal, refused } from '../trust/refusal.ts';
import type { Refusal } from '../trust/refusal.ts';

const serverFile = z.strictObject({
  v: z.literal(1),
  server: z.uuid(),
  /** The pinned root public key. */
  rootKey: z.string(),
  controlPlane: z.string(),
  /** Addresses of the control plane when the server was enrolled: never blocked. */
  controlPlaneAddresses: z.array(z.string()),
});
export type ServerFile = z.infer<typeof serverFile>;

export class HostStore {
  readonly folder: string;
  readonly server: ServerFile;
  readonly hostKey: SigningKey;
  #keyset: Keyset | undefined;

  private constructor(folder: string, server: ServerFile, hostKey: SigningKey, keyset: Keyset | undefined) {
    this.folder = folder;
    this.server = server;
    this.hostKey = hostKey;
    this.#keyset = keyset;
  }

  static async open(folder: string): Promise<HostStore> {
    const [server, key, held] = await Promise.all([
      readIfPresent(join(folder, 'server.json')),
      readIfPresent(join(folder, 'host-key.pem')),
      readIfPresent(join(folder, 'keyset.json')),
    ]);
    if (server === undefined || key === undefined)
      throw new Error(`${folder} holds no enrolment; run: muster-agent enrol`);
    const file = serverFile.parse(JSON.parse(server));
    const keyset = held === undefined ? undefined : openKeyset(signedKeyset.parse(JSON.parse(held)), file.rootKey);
    if (isRefusal(keyset)) throw new Error(`${folder}/keyset.json: ${keyset.reason}`);
    return new HostStore(folder, file, importSigningKey(key), keyset);
  }

  static async create(folder: string, server: ServerFile, hostKeyPem: string, keyset: SignedKeyset): Promise<void> {
    await writeFileAtomically(join(folder, 'host-key.pem'), hostKeyPem, { mode: 0o600 });
    await writeFileAtomically(join(folder, 'keyset.json'), JSON.stringify(keyset), { mode: 0o600 });
    await writeFileAtomically(join(folder, 'server.json'), JSON.stringify(server), { mode: 0o600 });
  }

  get keyset(): Keyset | undefined {
    return this.#keyset;
  }

  /** The host's word that a new identity key is this server's: agentd alone cannot put another in its place. */
  async endorse(statement: KeyStatement): Promise<{ signature: string; fingerprint: string }> {
    return {
      signature: signFor('muster/succession/v1', this.hostKey, canonicalBytes(statement)),
      fingerprint: fingerprintOfKeys([
        statement.newKey,
        this.hostKey.publicKey,
        await ensureSealingKey(join(this.folder, 'sealing-key.pem')),
      ]),
    };
  }

  /** Takes a keyset that the pinned root signed and that is newer; on disk before it counts. */
  async accept(next: SignedKeyset): Promise<Keyset | Refusal> {
    const opened = openKeyset(next, this.server.rootKey);
    if (isRefusal(opened)) return opened;
    if (this.#keyset !== undefined && opened.serial === this.#keyset.serial) return this.#keyset;
    if (!succeeds(opened, this.#keyset)) {
      return refused('old-keyset', `Keyset ${opened.serial} is older than the one held (${this.#keyset?.serial ?? 0})`);
    }
    await writeFileAtomically(join(this.folder, 'keyset.json'), JSON.stringify(next), { mode: 0o600 });
    this.#keyset = opened;
    return opened;
  }
}

/** Made at enrolment, kept when it is repeated: the fingerprint that people compared must not change by itself. */
export async function ensureSigningKey(path: string, owner?: { uid: number; gid: number }): Promise<SigningKey> {
  const existing = await readIfPresent(path);
  if (existing !== undefined) return importSigningKey(existing);
  const key = generateSigningKey();
  await writeFileAtomically(path, exportSigningKey(key), { mode: 0o600, ...owner });
  return key;
}

/** X25519, for secrets that are sealed to this one host. Answers the raw public key in base64. */
export async function ensureSealingKey(path: string): Promise<string> {
  const existing = await readIfPresent(path);
  const key = existing === undefined ? generateKeyPairSync('x25519').privateKey : createPrivateKey(existing);
  if (existing === undefined) {
    await writeFileAtomically(path, key.export({ format: 'pem', type: 'pkcs8' }).toString(), { mode: 0o600 });
  }
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}
