// Key files of the control plane. Root signs the keyset and may then be taken away; the online keys are three different
// ones (task, ledger, release) and the gateway's. Each process is given only the file it needs.
import { readFileSync, writeFileSync, existsSync, mkdirSync, chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import {
  exportSigningKey,
  generateSigningKey,
  importSigningKey,
  seedOf,
  signFor,
  verifyFor,
  type SigningKey,
} from '@muster/kernel/signing';
import { keyset, signedKeyset, type Keyset, type SignedKeyset } from '@muster/contracts/agent';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

export type OnlineKey = Keyset['keys'][number];
export type OnlineUse = OnlineKey['use'];
const USES: readonly OnlineUse[] = ['task', 'ledger', 'release', 'gateway'];

const ROOT = 'root.key';
const KEYSET = 'keyset.json';
const DAY = 86_400_000;
/** Online keys are short-lived: the local start renews them while the root key is at hand. */
export const ONLINE_KEY_DAYS = 90;

export class KeyError extends Error {
  override readonly name = 'KeyError';
}

function writeSecret(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

export function readKey(folder: string, name: OnlineUse | 'root'): SigningKey {
  const path = join(folder, `${name}.key`);
  if (!existsSync(path)) throw new KeyError(`${path} is missing: the ${name} key of this installation`);
  return importSigningKey(readFileSync(path, 'utf8'));
}

export interface Trust {
  readonly signed: SignedKeyset;
  readonly keyset: Keyset;
  /** Raw root public key in base64: what agents pin and `muster verify` is given. */
  readonly rootKey: string;
}

/** Throws KeyError when the keyset is absent or not signed by the root key it names. */
export function readTrust(folder: string): Trust {
  const path = join(folder, KEYSET);
  if (!existsSync(path)) throw new KeyError(`${path} is missing: make keys first`);
  const signed = signedKeyset.parse(JSON.parse(readFileSync(path, 'utf8')));
  const bytes = Buffer.from(signed.body, 'base64');
  if (!verifyFor('muster/keyset/v1', signed.rootKey, bytes, signed.signature)) {
    throw new KeyError(`${path} is not signed by the root key it names`);
  }
  return { signed, keyset: keyset.parse(JSON.parse(bytes.toString('utf8'))), rootKey: signed.rootKey };
}

export interface KeysMade {
  readonly trust: Trust;
  /** True when this call made the root key: its words are shown once. */
  readonly rootIsNew: boolean;
  /** 24 words that spell the root key, only when it is new. */
  readonly rootWords: string | null;
  /** True when a new keyset was signed (first start, or keys were about to expire). */
  readonly renewed: boolean;
}

/**
 * Makes what is missing and renews the keyset when an online key has less than a third of its life left and the root
 * key is present. Without the root key it leaves everything as it is.
 */
export function ensureKeys(folder: string, origin: string, now: Date): KeysMade {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const rootPath = join(folder, ROOT);
  const keysetPath = join(folder, KEYSET);
  const held = existsSync(keysetPath) ? readTrust(folder) : null;
  let rootIsNew = false;
  if (!existsSync(rootPath)) {
    if (held) return { trust: held, rootIsNew: false, rootWords: null, renewed: false };
    writeSecret(rootPath, exportSigningKey(generateSigningKey()));
    rootIsNew = true;
  }
  const root = readRoot(rootPath);
  if (held && held.rootKey !== root.publicKey) {
    throw new KeyError(`${rootPath} is not the root key that agents of this installation trust`);
  }
  const soon = new Date(now.getTime() + (ONLINE_KEY_DAYS / 3) * DAY).toISOString();
  const missing = USES.filter((use) => !existsSync(join(folder, `${use}.key`)));
  const inUse = held === null ? [] : USES.map((use) => currentKey(held.keyset, use));
  const ageing = held === null || inUse.some((key) => key.notAfter < soon);
  if (held && missing.length === 0 && !ageing) return { trust: held, rootIsNew, rootWords: null, renewed: false };
  for (const use of missing) writeSecret(join(folder, `${use}.key`), exportSigningKey(generateSigningKey()));
  // A server whose clock is behind must know a key that was made just now.
  const notBefore = new Date(now.getTime() - DAY).toISOString();
  const notAfter = new Date(now.getTime() + ONLINE_KEY_DAYS * DAY).toISOString();
  const body: Keyset = {
    v: 1,
    origin: held?.keyset.origin ?? origin,
    tenant: DEFAULT_TENANT,
    serial: (held?.keyset.serial ?? 0) + 1,
    issuedAt: now.toISOString(),
    keys: [
      ...USES.map((use) => {
        const key = readKey(folder, use);
        return { id: key.keyId, use, publicKey: key.publicKey, notBefore, notAfter };
      }),
      // What was rotated out is accepted until its end, which was said when it was.
      ...(held?.keyset.keys ?? []).filter((key) => !inUse.includes(key) && key.notAfter > now.toISOString()),
    ],
    revoked: held?.keyset.revoked ?? [],
  };
  const bytes = canonicalBytes(body);
  const signed: SignedKeyset = {
    body: Buffer.from(bytes).toString('base64'),
    signature: signFor('muster/keyset/v1', root, bytes),
    rootKey: root.publicKey,
  };
  writeSecret(keysetPath, JSON.stringify(signed));
  writeFileSync(join(folder, 'root.pub'), `${root.publicKey}\n`);
  return {
    trust: { signed, keyset: body, rootKey: root.publicKey },
    rootIsNew,
    rootWords: rootIsNew ? entropyToMnemonic(seedOf(root), wordlist) : null,
    renewed: true,
  };
}

/** Somebody may just have put it there by hand, as another user or out of the wrong file. */
function readRoot(path: string): SigningKey {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const user = process.getuid === undefined ? '' : ` (${process.getuid()})`;
    throw new KeyError(`${path} cannot be read (${why}): give it to the user who runs this${user}, mode 0600`, {
      cause: error,
    });
  }
  try {
    return importSigningKey(text);
  } catch (error) {
    throw new KeyError(`${path} is no root key: put the key file itself there, not its words or another file`, {
      cause: error,
    });
  }
}

/** The key of a use that processes work with: the one that is good longest. */
export function currentKey({ keys }: Keyset, use: OnlineUse): OnlineKey {
  const [newest] = keys.filter((key) => key.use === use).toSorted((a, b) => b.notAfter.localeCompare(a.notAfter));
  if (newest === undefined) throw new KeyError(`The keyset names no ${use} key`);
  return newest;
}

/** The public key of a use that is good at this moment and not revoked, else undefined. */
export function goodKey(trust: Keyset, keyId: string, use: OnlineUse, at: Date): string | undefined {
  const time = at.toISOString();
  if (trust.revoked.includes(keyId)) return undefined;
  return trust.keys.find((key) => key.id === keyId && key.use === use && key.notBefore <= time && time <= key.notAfter)
    ?.publicKey;
}
