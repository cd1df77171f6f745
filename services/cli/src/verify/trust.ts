// What a verification believes, all of it from outside of what is verified: the root key, and keysets and witness lists
// that root signed. Whatever a ledger brings along counts only if this root signed it.
import {
  keyset,
  signedKeyset,
  witnessList,
  type Keyset,
  type SignedKeyset,
  type WitnessList,
} from '@muster/contracts/agent';
import { fromBase64 } from '@muster/kernel/bytes';
import { keyIdOf, verifyFor } from '@muster/kernel/signing';
import { z } from 'zod';

export class UnusableTrust extends Error {
  override readonly name = 'UnusableTrust';
}

/** Either a keyset file as Muster keeps it, or a bundle of everything, or only the root key. */
const trustFile = z.union([
  signedKeyset,
  z.strictObject({
    rootKey: z.string(),
    keysets: z.array(signedKeyset).default([]),
    witnessLists: z.array(signedKeyset).default([]),
  }),
]);

export class Trust {
  readonly rootKey: string;
  readonly #keysets: Keyset[] = [];
  #witnesses: WitnessList | undefined;

  constructor(rootKey: string) {
    if (!/^[A-Za-z0-9+/]{43}=$/.test(rootKey)) throw new UnusableTrust('The root key is not 32 bytes in base64.');
    this.rootKey = rootKey;
  }

  /** `text`: the content of the file that was given as --trust. */
  static parse(text: string): Trust {
    if (/^[A-Za-z0-9+/]{43}=\s*$/.test(text)) return new Trust(text.trim());
    let given: unknown;
    try {
      given = JSON.parse(text);
    } catch {
      throw new UnusableTrust('The trust file is neither a root key in base64 nor JSON.');
    }
    const parsed = trustFile.safeParse(given);
    if (!parsed.success) throw new UnusableTrust('The trust file is neither a keyset, a trust bundle nor a root key.');
    const trust = new Trust(parsed.data.rootKey);
    if ('body' in parsed.data) {
      if (!trust.add(parsed.data)) throw new UnusableTrust('The keyset is not signed by the root key that it names.');
      return trust;
    }
    for (const signed of parsed.data.keysets) {
      if (!trust.add(signed)) throw new UnusableTrust('A keyset of the trust file is not signed by its root key.');
    }
    for (const signed of parsed.data.witnessLists) {
      if (!trust.addWitnesses(signed)) {
        throw new UnusableTrust('A witness list of the trust file is not signed by its root key.');
      }
    }
    return trust;
  }

  /** Takes a keyset that somebody showed; false when this root did not sign it. */
  add(signed: SignedKeyset): boolean {
    const bytes = this.#signedBytes(signed);
    const parsed = bytes === undefined ? undefined : keyset.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (parsed?.success !== true) return false;
    this.#keysets.push(parsed.data);
    return true;
  }

  get origins(): string[] {
    return [...new Set(this.#keysets.map((set) => set.origin))];
  }

  get witnesses(): WitnessList | undefined {
    return this.#witnesses;
  }

  /** Takes a list of witnesses that somebody showed; false when this root did not sign it. The newest counts. */
  addWitnesses({ body, signature }: Pick<SignedKeyset, 'body' | 'signature'>): boolean {
    const bytes = fromBase64(body);
    if (!verifyFor('muster/witnesses/v1', this.rootKey, bytes, signature)) return false;
    const list = witnessList.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (this.#witnesses === undefined || list.serial > this.#witnesses.serial) this.#witnesses = list;
    return true;
  }

  ledgerKeys(origin: string): string[] {
    const keys = this.#keysets.filter((set) => set.origin === origin).flatMap((set) => set.keys);
    return [...new Set(keys.filter((key) => key.use === 'ledger').map((key) => key.publicKey))];
  }

  /** By the newest keyset that is known. */
  isRevoked(publicKey: string): boolean {
    const newest = this.#keysets.reduce<Keyset | undefined>(
      (last, set) => (last === undefined || set.serial > last.serial ? set : last),
      undefined,
    );
    return newest?.revoked.includes(keyIdOf(publicKey)) ?? false;
  }

  /** The key by its id, if root named it for signing tasks; also when it has ended since. */
  taskKey(id: string): string | undefined {
    return this.#keysets.flatMap((set) => set.keys).find((key) => key.use === 'task' && key.id === id)?.publicKey;
  }

  /** True when this root stated it. */
  isEpoch({ body, signature }: Pick<SignedKeyset, 'body' | 'signature'>): boolean {
    return verifyFor('muster/epoch/v1', this.rootKey, fromBase64(body), signature);
  }

  #signedBytes({ body, signature, rootKey }: SignedKeyset): Uint8Array | undefined {
    const bytes = fromBase64(body);
    if (rootKey !== this.rootKey || !verifyFor('muster/keyset/v1', rootKey, bytes, signature)) return undefined;
    return bytes;
  }
}
