// Both sides prove a key: ours over the gateway's nonce, the gateway's, which root must vouch for, over ours.
import { randomBytes } from 'node:crypto';
import { AGENT_FEATURES } from '@muster/contracts/agent';
import type { FromAgent, Keyset, SignedKeyset, ToAgent } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, verifyFor } from '@muster/kernel/signing';
import { openKeyset, succeeds, vouchedKey } from '../trust/keyset.ts';
import { isRefusal } from '../trust/refusal.ts';
import type { LinkOptions } from './options.ts';
import type { Attempt } from './sign-in.ts';
import type { TaskState } from './task-handler.ts';

type Frame<T extends ToAgent['t']> = Extract<ToAgent, { t: T }>;
type Hello = Extract<FromAgent, { t: 'hello' }>;

export class Handshake {
  readonly #with: Pick<LinkOptions, 'identity' | 'keysets' | 'tasks' | 'clock' | 'log'>;

  constructor(options: Pick<LinkOptions, 'identity' | 'keysets' | 'tasks' | 'clock' | 'log'>) {
    this.#with = options;
  }

  /** `plain`: says no more than the first version of the protocol. */
  hello({ nonce: serverNonce }: Frame<'challenge'>, attempt: Attempt, state: TaskState, plain: boolean): Hello {
    const { identity, keysets } = this.#with;
    const { server, machineHash, bootId, agentVersion } = identity;
    const agentNonce = randomBytes(32).toString('base64');
    const said = canonicalBytes({ server, serverNonce, agentNonce, machineHash, bootId });
    const features = AGENT_FEATURES.filter((feature) => feature !== 'keys' || identity.keys.canReplace);
    return {
      t: 'hello',
      v: 1,
      server,
      nonce: agentNonce,
      proof: signFor('muster/hello/v1', attempt.key, said),
      machineHash,
      bootId,
      agentVersion,
      keysetSerial: keysets.current?.serial ?? 0,
      seen: { guard: state.seen.guard ?? 0, change: state.seen.change ?? 0, job: state.seen.job ?? 0 },
      openTasks: state.openTasks.slice(0, 1000),
      ...(plain ? {} : { speaks: features }),
      ...(plain || attempt.successions.length === 0 ? {} : { successions: [...attempt.successions] }),
    };
  }

  /** Throws when the gateway has not proved a key that root vouches for: a relay or an impostor has none. */
  async judge(frame: Frame<'welcome'>, nonce: string): Promise<void> {
    const { identity, clock } = this.#with;
    const keyset = await this.acceptKeyset(frame.keyset);
    const key = vouchedKey(keyset, 'gateway', frame.gatewayKey, clock.now());
    if (isRefusal(key)) throw new Error(`the gateway did not prove itself: ${key.reason}`);
    const said = canonicalBytes({ nonce, server: identity.server, session: frame.session });
    if (!verifyFor('muster/welcome/v1', key, said, frame.proof))
      throw new Error('the gateway did not prove itself: wrong signature');
  }

  async acceptKeyset(signed: SignedKeyset): Promise<Keyset> {
    const { identity, keysets, tasks } = this.#with;
    const opened = openKeyset(signed, identity.rootKey);
    if (isRefusal(opened)) throw new Error(opened.reason);
    const held = keysets.current;
    if (held !== undefined && opened.serial === held.serial) return held;
    if (!succeeds(opened, held))
      throw new Error(`keyset ${opened.serial} is older than the one held (${held?.serial ?? 0})`);
    await keysets.save(signed, opened);
    // The helper judges it for itself; when it cannot be reached now it refuses tasks until it is.
    await tasks
      .keyset(signed)
      .catch((error: unknown) => this.#with.log('the root helper did not take the keyset', { error: String(error) }));
    return opened;
  }
}
