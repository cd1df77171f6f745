// The proof of one entry, recomputed in the reader's browser with the kernel's own tree (RFC 6962, C2SP checkpoints).
// Nothing here trusts the control plane: it hands over hashes, and a key whose name the reader can compare elsewhere.
import type { GetProof } from '@muster/contracts/audit';
import { equalBytes, fromBase64, fromHex, toHex } from '@muster/kernel/bytes';
import { parseSignedNote, verifySignedNote, type LogKey, type SignedNote } from '@muster/kernel/checkpoint';
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { inclusionRanges, verifyInclusion, type Range } from '@muster/kernel/merkle';
import { formatTlogProof } from '@muster/kernel/tlog-proof';
import { sha256 } from '@noble/hashes/sha2.js';
import type { z } from 'zod';

export type ProofAnswer = z.output<typeof GetProof.output>;

/** A neighbour on the way up: the entries it stands for, and on which side of us it is. */
export interface Neighbour {
  readonly side: 'left' | 'right';
  readonly from: number;
  readonly to: number;
  readonly hash: string;
}

export type CheckName = 'leaf' | 'path' | 'head' | 'signature';

export interface Verdict {
  readonly proven: boolean;
  /** The first thing that is wrong, in words; null when everything is right. */
  readonly wrong: { readonly check: CheckName; readonly why: string } | null;
  /** From the leaf up. */
  readonly neighbours: readonly Neighbour[];
  /** Hashes that this browser computed. */
  readonly hashes: number;
  readonly tookMs: number;
}

/** The leaf hash of an entry from what it is made of. */
export function leafOf(answer: Pick<ProofAnswer, 'leaf'>): Uint8Array {
  const { leaf } = answer;
  return eventLeafHash(sha256, {
    ...leaf,
    recordedMicros: BigInt(leaf.recordedMicros),
    metaHash: fromHex(leaf.metaHash),
    bodyHash: fromHex(leaf.bodyHash),
  });
}

async function ledgerKey(publicKey: Uint8Array<ArrayBuffer>): Promise<LogKey> {
  const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  const verify = (message: Uint8Array, signature: Uint8Array): Promise<boolean> =>
    crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
  return { publicKey, verify };
}

/** Recomputes the whole chain: content → leaf → neighbours → root → signed head → signature. */
export async function verifyProof(answer: ProofAnswer): Promise<Verdict> {
  const began = performance.now();
  let hashes = 0;
  const counting = (bytes: Uint8Array): Uint8Array => {
    hashes += 1;
    return sha256(bytes);
  };
  const wrong = (check: CheckName, why: string): Verdict => ({
    proven: false,
    wrong: { check, why },
    neighbours: [],
    hashes,
    tookMs: performance.now() - began,
  });
  const { position, checkpoint } = answer;

  const leaf = leafOf(answer);
  if (toHex(leaf) !== answer.leafHash)
    return wrong('leaf', 'What the entry says does not have the hash that the ledger holds');

  let note: SignedNote;
  try {
    note = parseSignedNote(checkpoint.note);
  } catch (cause) {
    return wrong('head', `The signed head cannot be read: ${cause instanceof Error ? cause.message : 'unknown form'}`);
  }
  if (note.checkpoint.size !== checkpoint.size || !equalBytes(note.checkpoint.root, fromHex(checkpoint.root)))
    return wrong('head', 'The head that is shown is not the head that is signed');

  let ranges: Range[];
  try {
    ranges = inclusionRanges(position, checkpoint.size);
  } catch {
    return wrong('path', `Entry ${position} is not among the ${checkpoint.size} entries of the signed head`);
  }
  if (ranges.length !== answer.path.length)
    return wrong('path', `${ranges.length} neighbour hashes are needed, ${answer.path.length} were handed over`);
  if (!verifyInclusion(counting, leaf, position, checkpoint.size, answer.path.map(fromHex), note.checkpoint.root))
    return wrong('path', 'The hashes lead to another head than the one that is signed');
  if (!(await verifySignedNote(counting, note, await ledgerKey(fromBase64(answer.ledgerKey)))))
    return wrong('signature', 'The head is not signed by the ledger key');

  return {
    proven: true,
    wrong: null,
    neighbours: ranges.map(({ begin, end }, index) => ({
      side: begin > position ? 'right' : 'left',
      from: begin,
      to: end - 1,
      hash: answer.path[index] ?? '',
    })),
    hashes,
    tookMs: performance.now() - began,
  };
}

/** The proof as a file that stands alone. */
export function proofFile(answer: ProofAnswer): string {
  return formatTlogProof({
    index: answer.position,
    path: answer.path.map(fromHex),
    checkpoint: answer.checkpoint.note,
  });
}
