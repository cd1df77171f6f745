// Takes in the policy pack of a file that the installation names, at the start and whenever the file is another one. What is
// refused is logged once, with the sentence that says why, and what judged before goes on judging.
import { readFile } from 'node:fs/promises';
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import { sha256Hex } from '@muster/kernel/hashing';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { ConcurrencyConflict, type EventStore } from '../../../platform/event-store/index.ts';
import { TRUST, type Trust } from '../../../platform/keys/trust.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { considerPack, knownPacks, POLICY_STREAM, takenIn } from '../policy/policy-packs.ts';

const ACTOR = 'posture.policy-file';

@Injectable()
export class LoadPolicyFile extends Schedule {
  protected readonly everyMs = 10_000;
  readonly #log = new Logger('Policy');
  #considered = '';

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRUST) private readonly trust: Trust,
    @Inject(WORKER_STORE) private readonly store: EventStore,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const { MUSTER_POSTURE_POLICY: path } = this.settings;
    if (path === undefined) return;
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      this.#refuse(`${path} unread`, `it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (text === undefined) return;
    const content = sha256Hex(text);
    if (content === this.#considered) return;
    const packs = knownPacks(await this.store.readStream(POLICY_STREAM));
    const considered = considerPack(text, packs, this.trust.keyset, now);
    if ('refused' in considered) return this.#refuse(content, considered.refused);
    if (!('known' in considered)) {
      try {
        await recordFact(this.store, {
          streamId: POLICY_STREAM,
          streamType: 'policy',
          expectedVersion: packs.streamVersion === 0 ? 'new' : packs.streamVersion,
          events: [takenIn(considered)],
          actor: ACTOR,
          actorKind: 'schedule',
          tenantId: DEFAULT_TENANT,
          commandId: derivedId(ACTOR, considered.sha256),
        });
      } catch (error) {
        // Somebody else took one in at this moment: looked at again at the next turn.
        if (error instanceof ConcurrencyConflict) return;
        throw error;
      }
      this.#log.log(`policy ${considered.pack.version} was taken in from ${path}`);
    }
    this.#considered = content;
  }

  #refuse(content: string, why: string): void {
    if (content !== this.#considered) {
      this.#log.warn(`the policy pack ${this.settings.MUSTER_POSTURE_POLICY ?? ''} was not taken in: ${why}`);
    }
    this.#considered = content;
  }
}
