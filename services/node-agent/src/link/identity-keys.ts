// The keys that this server proves itself with: the present one, the next one while it is being introduced, and how each
// followed the one before. The present key is given up only when the control plane has welcomed the next one, so that a
// crash at any moment leaves at least one that counts.
import { MAX_SUCCESSIONS } from '@muster/contracts/agent';
import type { KeyStatement, KeySuccession } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { generateSigningKey, signFor } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';

export interface NextKey {
  readonly key: SigningKey;
  readonly succession: KeySuccession;
  /** What people compare from then on. */
  readonly fingerprint: string;
}

export interface HeldKeys {
  readonly current: SigningKey;
  readonly next?: NextKey | undefined;
  /** Oldest first; the last one names the present key. */
  readonly successions?: readonly KeySuccession[];
}

/** On disk when they resolve. */
export interface KeyMemory {
  keepNext(next: NextKey): Promise<void>;
  /** Puts the next key in the place of the present one; can be repeated. */
  replace(next: NextKey, successions: readonly KeySuccession[]): Promise<void>;
}

/** The root helper's word for a new key; `signature` is null where there is no helper. */
export type Endorse = (
  statement: KeyStatement,
) => Promise<{ readonly signature: string | null; readonly fingerprint: string }>;

export class IdentityKeys {
  #held: HeldKeys;
  readonly #replacing: { readonly memory: KeyMemory; readonly endorse: Endorse } | undefined;

  /** Without `replacing` the keys stay what they are. */
  constructor(held: HeldKeys, replacing?: { readonly memory: KeyMemory; readonly endorse: Endorse }) {
    this.#held = held;
    this.#replacing = replacing;
  }

  get current(): SigningKey {
    return this.#held.current;
  }
  get next(): NextKey | undefined {
    return this.#held.next;
  }
  /** How the present key came to be: for a control plane that was restored and knows only an older one. */
  get successions(): readonly KeySuccession[] {
    return this.#held.successions ?? [];
  }
  get canReplace(): boolean {
    return this.#replacing !== undefined;
  }

  /** Makes the next key; the same request again finds the same key. */
  async prepare(server: string, rotation: string, now: Date): Promise<void> {
    if (this.#replacing === undefined) throw new Error('this agent’s key cannot be replaced');
    if (this.#held.next?.succession.statement.rotation === rotation) return;
    const { memory, endorse } = this.#replacing;
    const old = this.#held.current;
    const key = generateSigningKey();
    const statement: KeyStatement = {
      ...{ v: 1, server, rotation },
      ...{ oldKey: old.publicKey, newKey: key.publicKey, at: now.toISOString() },
    };
    const bytes = canonicalBytes(statement);
    const { signature: host, fingerprint } = await endorse(statement);
    const signatures = {
      old: signFor('muster/succession/v1', old, bytes),
      new: signFor('muster/succession/v1', key, bytes),
      host,
    };
    const next: NextKey = { key, succession: { statement, signatures }, fingerprint };
    await memory.keepNext(next);
    this.#held = { ...this.#held, next };
  }

  /** The control plane welcomed the next key: from now on it is the present one. */
  async promote(): Promise<void> {
    const { next } = this.#held;
    if (next === undefined) return;
    const successions = [...this.successions, next.succession].slice(-MAX_SUCCESSIONS);
    await this.#replacing?.memory.replace(next, successions);
    this.#held = { current: next.key, successions };
  }
}
