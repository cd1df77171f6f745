// Signatures inside of events: the envelopes that the signer signed, and the receipts that servers signed. Keys of
// servers are those they enrolled with and what followed them, as the ledger recorded it; keys of the signer are those that root named.
import { keySuccession, receipt, signed, taskEnvelope, type KeySuccession, type Signed } from '@muster/contracts/agent';
import { fromBase64, utf8 } from '@muster/kernel/bytes';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { verifyFor } from '@muster/kernel/signing';
import { z } from 'zod';
import type { EntryContent, StoredCosignature } from '../ledger/entry.ts';
import type { Trust } from './trust.ts';

const enrolled = z.object({ serverId: z.string(), agentKey: z.string(), hostKey: z.string().nullable() });
const keyRotated = z.object({ serverId: z.string(), succession: keySuccession });
const witnessListPublished = z.object({ body: z.string(), signature: z.string() });
const epochBegun = z.object({ body: z.string(), signature: z.string() });
const taskSigned = z.object({ taskId: z.string(), envelope: signed });
const taskEnded = z.object({ taskId: z.string(), receipt: signed.nullable() });

interface ServerKeys {
  /** Identity keys, the present one first. */
  agentKeys: readonly string[];
  hostKey: string | null;
}

export class Evidence {
  readonly #trust: Trust;
  readonly #servers = new Map<string, ServerKeys>();
  /** SHA-256 of each task's envelope. */
  readonly #envelopes = new Map<string, string>();
  signedTasks = 0;
  verifiedTasks = 0;
  attested = 0;
  unattested = 0;
  probedFromOutside = 0;

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** What is wrong with the signatures in this event, as a sentence. */
  check(content: EntryContent): string | undefined {
    switch (content.type) {
      case 'servers.ServerEnrolled': {
        const { serverId, agentKey, hostKey } = enrolled.parse(dataOf(content));
        this.#servers.set(serverId, { agentKeys: [agentKey], hostKey });
        return undefined;
      }
      case 'servers.KeyRotated':
        return this.#checkSuccession(keyRotated.parse(dataOf(content)));
      case 'audit.WitnessListPublished':
        return this.#trust.addWitnesses(witnessListPublished.parse(dataOf(content)))
          ? undefined
          : 'the list of witnesses is not signed by the root key';
      case 'audit.EpochBegun':
        return this.#trust.isEpoch(epochBegun.parse(dataOf(content)))
          ? undefined
          : 'a new epoch of the log was begun, and the root key did not sign it';
      case 'operations.TaskFoundDone':
        return this.#checkReceipt(taskEnded.parse(dataOf(content)), 'whatever envelope');
      case 'operations.TaskSigned':
        return this.#checkTask(taskSigned.parse(dataOf(content)));
      case 'operations.TaskSucceeded':
      case 'operations.TaskFailed':
      case 'operations.TaskCancelled':
        return this.#checkReceipt(taskEnded.parse(dataOf(content)));
      default:
        return undefined;
    }
  }

  /** The key that counts for a witness: from the list that root signed, else what it had, as the ledger says. */
  verifyCosignature(origin: string, cosignature: StoredCosignature): 'listed' | 'unlisted' | 'invalid' {
    const listed = this.#trust.witnesses?.witnesses.find(
      (witness) => witness.server === cosignature.witnessId,
    )?.publicKey;
    const { size, root, at } = cosignature;
    const bytes = utf8(canonicalText({ origin, size, root, time: at }));
    const signedBy = (key: string): boolean => verifyFor('muster/cosignature/v1', key, bytes, cosignature.signature);
    if (listed !== undefined && signedBy(listed)) return 'listed';
    return this.#servers.get(cosignature.witnessId)?.agentKeys.some(signedBy) ? 'unlisted' : 'invalid';
  }

  #checkSuccession({ serverId, succession }: { serverId: string; succession: KeySuccession }): string | undefined {
    const keys = this.#servers.get(serverId);
    if (keys === undefined) return `a key of the server ${serverId} was replaced, which never enrolled`;
    const { statement, signatures } = succession;
    const bytes = utf8(canonicalText(statement));
    const vouched = (key: string, signature: string | null): boolean =>
      signature !== null && verifyFor('muster/succession/v1', key, bytes, signature);
    const holds =
      statement.server === serverId &&
      statement.oldKey === keys.agentKeys[0] &&
      vouched(statement.oldKey, signatures.old) &&
      vouched(statement.newKey, signatures.new) &&
      (keys.hostKey === null || vouched(keys.hostKey, signatures.host));
    if (!holds) return `the key of the server ${serverId} was replaced, and not by itself`;
    this.#servers.set(serverId, { ...keys, agentKeys: [statement.newKey, ...keys.agentKeys] });
    return undefined;
  }

  #checkTask({ taskId, envelope }: { taskId: string; envelope: Signed }): string | undefined {
    this.signedTasks++;
    const bytes = fromBase64(envelope.body);
    this.#envelopes.set(taskId, sha256Hex(bytes));
    const key = this.#trust.taskKey(envelope.keyId);
    if (key === undefined)
      return `the envelope of task ${taskId} names the key ${envelope.keyId}, which root did not sign`;
    if (!verifyFor('muster/task/v1', key, bytes, envelope.signature)) {
      return `the signature of the envelope of task ${taskId} is not valid`;
    }
    const parsed = taskEnvelope.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!parsed.success || parsed.data.task !== taskId) return `the signed envelope is not that of task ${taskId}`;
    this.verifiedTasks++;
    return undefined;
  }

  /** A receipt from a journal answers an envelope that the restored ledger does not hold. */
  #checkReceipt(
    { taskId, receipt: signedReceipt }: { taskId: string; receipt: Signed | null },
    answers: 'the signed envelope' | 'whatever envelope' = 'the signed envelope',
  ): string | undefined {
    if (signedReceipt === null) {
      this.unattested++;
      return undefined;
    }
    const bytes = fromBase64(signedReceipt.body);
    const parsed = receipt.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!parsed.success || parsed.data.task !== taskId) return `the signed receipt is not that of task ${taskId}`;
    const keys = this.#servers.get(parsed.data.server);
    const key = keys?.hostKey ?? keys?.agentKeys[0];
    if (key === undefined)
      return `the receipt of task ${taskId} is from the server ${parsed.data.server}, which never enrolled`;
    if (!verifyFor('muster/receipt/v1', key, bytes, signedReceipt.signature)) {
      return `the signature of the receipt of task ${taskId} is not valid`;
    }
    const envelope = this.#envelopes.get(taskId);
    if (answers === 'the signed envelope' && envelope !== undefined && envelope !== parsed.data.envelope) {
      return `the receipt of task ${taskId} answers another envelope than the one that was signed`;
    }
    this.attested++;
    return undefined;
  }
}

function dataOf(content: EntryContent): unknown {
  return JSON.parse(typeof content.body === 'string' ? content.body : new TextDecoder().decode(content.body));
}
