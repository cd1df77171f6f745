// With which key to dial. A next key goes first: once the control plane has seen it, the present one is refused, and the
// welcome that says so may have been lost. What was refused as unknown gives way to the next attempt.
import { MAX_SUCCESSIONS } from '@muster/contracts/agent';
import type { KeySuccession } from '@muster/contracts/agent';
import type { SigningKey } from '@muster/kernel/signing';
import type { IdentityKeys } from './identity-keys.ts';

export interface Attempt {
  readonly key: SigningKey;
  readonly successions: readonly KeySuccession[];
  readonly isNext: boolean;
}

export class SignIn {
  readonly #keys: IdentityKeys;
  #refused = 0;
  #declined: string | undefined;

  constructor(keys: IdentityKeys) {
    this.#keys = keys;
  }

  get attempt(): Attempt {
    const attempts = this.#attempts();
    return attempts[this.#refused % attempts.length] ?? attempts[0];
  }

  accepted(): void {
    this.#refused = 0;
  }

  /** The key is not known there. True when there is another way to try at once. */
  unknown(): boolean {
    if (this.attempt.isNext) this.#declined = this.#keys.next?.succession.statement.rotation;
    this.#refused = (this.#refused + 1) % this.#attempts().length;
    return this.#refused !== 0;
  }

  /** The key that was made for this request was shown, and the control plane did not take it. */
  wasDeclined(rotation: string): boolean {
    return this.#declined === rotation;
  }

  #attempts(): readonly [Attempt, ...Attempt[]] {
    const { current, next, successions } = this.#keys;
    const plain: Attempt = { key: current, successions: [], isNext: false };
    // Only a control plane that was restored from before the last succession has to be told how we came by our key.
    const told: Attempt[] = successions.length > 0 ? [{ ...plain, successions }] : [];
    if (next === undefined) return [plain, ...told];
    const before = successions.filter(({ statement }) => statement.newKey !== next.key.publicKey);
    return [
      { key: next.key, successions: [...before, next.succession].slice(-MAX_SUCCESSIONS), isNext: true },
      plain,
      ...told,
    ];
  }
}
