// Policy packs in the ledger: which were taken in, and what taking in another one records. Used by the command line and by
// the worker that watches a file; both refuse with the same sentences.
import { PolicyImported } from '@muster/contracts/posture';
import type { Keyset } from '@muster/contracts/agent';
import { openPack, type OpenedPack, type RefusedPack } from '@muster/posture/policy-pack';
import { posturePolicy } from '@muster/posture/policy';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import type { NewEvent, StoredEvent } from '../../../platform/event-store/index.ts';
import { goodKey } from '../../../platform/keys/key-store.ts';

/** One for the installation: versions only grow in it. */
export const POLICY_STREAM = 'policy-packs';

export interface KnownPacks {
  readonly streamVersion: number;
  /** Version of the newest one, else of what is built in. */
  readonly newest: number;
  readonly digests: ReadonlySet<string>;
}

export function knownPacks(history: readonly Pick<StoredEvent, 'type' | 'data'>[]): KnownPacks {
  const imported = history
    .filter(({ type }) => type === PolicyImported.type)
    .map(({ data }) => PolicyImported.schema.parse(data));
  return {
    streamVersion: history.length,
    newest: Math.max(posturePolicy.version, ...imported.map(({ version }) => version)),
    digests: new Set(imported.map(({ sha256 }) => sha256)),
  };
}

/** `known`: this very pack was taken in before. */
export type Considered = OpenedPack | RefusedPack | { readonly known: true };

export function considerPack(text: string, packs: KnownPacks, keyset: Keyset, now: Date): Considered {
  const releaseKey = (keyId: string) => goodKey(keyset, keyId, 'release', now);
  const opened = openPack(text, { releaseKey, newest: 0, now });
  if ('refused' in opened) return opened;
  if (packs.digests.has(opened.sha256)) return { known: true };
  return openPack(text, { releaseKey, newest: packs.newest, now });
}

export const takenIn = ({ pack, sha256, signed }: OpenedPack): NewEvent =>
  eventOf(PolicyImported, { version: pack.version, sha256, validFrom: pack.validFrom, pack: signed });
