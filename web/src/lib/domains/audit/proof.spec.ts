// The browser's verification against an independent computation with node:crypto.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { noteKeyHash } from '@muster/kernel/checkpoint';
import { parseTlogProof } from '@muster/kernel/tlog-proof';
import { sha256 } from '@noble/hashes/sha2.js';
import { leafOf, proofFile, verifyProof, type ProofAnswer } from './proof.ts';

const sha = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const node = (left: Buffer, right: Buffer): Buffer => sha(Buffer.from([1]), left, right);

/** MTH of RFC 6962 §2.1, straight from the definition. */
function treeHash(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] ?? Buffer.alloc(0);
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return node(treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)));
}
/** PATH of RFC 6962 §2.1.1. */
function pathOf(position: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return position < half
    ? [...pathOf(position, leaves.slice(0, half)), treeHash(leaves.slice(half))]
    : [...pathOf(position - half, leaves.slice(half)), treeHash(leaves.slice(0, half))];
}

const leaf = (index: number): ProofAnswer['leaf'] => ({
  eventId: `0190b5e2-7a10-7000-8000-${index.toString(16).padStart(12, '0')}`,
  tenantId: '0190a000-0000-7000-8000-000000000001',
  streamId: 'bans-fleet',
  streamVersion: index + 1,
  type: 'bans.AddressBlocked',
  schemaVersion: 1,
  recordedMicros: String(1_795_142_823_000_000n + BigInt(index)),
  metaHash: sha(Buffer.from(`meta ${index}`)).toString('hex'),
  bodyHash: sha(Buffer.from(`body ${index}`)).toString('hex'),
});

function answerFor(position: number, size: number): ProofAnswer {
  const leaves = Array.from({ length: size }, (_, index) => Buffer.from(leafOf({ leaf: leaf(index) })));
  const root = treeHash(leaves);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const text = `muster.example/ledger\n${size}\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([
    noteKeyHash(sha256, 'muster.example/ledger', raw),
    sign(null, Buffer.from(text), privateKey),
  ]);
  return {
    position,
    leaf: leaf(position),
    leafHash: leaves[position]?.toString('hex') ?? '',
    path: pathOf(position, leaves).map((hash) => hash.toString('hex')),
    checkpoint: {
      origin: 'muster.example/ledger',
      size,
      root: root.toString('hex'),
      note: `${text}\n— muster.example/ledger ${signature.toString('base64')}\n`,
      keyId: '0123456789abcdef',
      createdAt: '2026-11-20T02:47:12Z',
      witnessed: 0,
      witnesses: 0,
      quorum: 0,
    },
    ledgerKey: raw.toString('base64'),
    rootKey: raw.toString('base64'),
    cosignatures: [],
  };
}

describe('the proof of an entry', () => {
  it('follows RFC 6962 for every entry of every small ledger', async () => {
    for (const size of [1, 2, 3, 5, 8, 13, 33])
      for (let position = 0; position < size; position += 1) {
        const verdict = await verifyProof(answerFor(position, size));
        expect(verdict.wrong, `${position} of ${size}`).toBeNull();
      }
  });

  it('says which entries each neighbour stands for, and on which side', async () => {
    const { neighbours } = await verifyProof(answerFor(6, 13));
    expect(neighbours.map(({ side, from, to }) => [side, from, to])).toEqual([
      ['right', 7, 7],
      ['left', 4, 5],
      ['left', 0, 3],
      ['right', 8, 12],
    ]);
  });

  it.each([
    ['an edited body', 'leaf', (a: ProofAnswer) => ({ ...a, leaf: { ...a.leaf, bodyHash: 'f'.repeat(64) } })],
    ['another time', 'leaf', (a: ProofAnswer) => ({ ...a, leaf: { ...a.leaf, recordedMicros: '1' } })],
    ['a short path', 'path', (a: ProofAnswer) => ({ ...a, path: a.path.slice(1) })],
    ['a swapped neighbour', 'path', (a: ProofAnswer) => ({ ...a, path: [...a.path].reverse() })],
    ['another position', 'path', (a: ProofAnswer) => ({ ...a, position: a.position + 1 })],
    ['a head of another size', 'head', (a: ProofAnswer) => ({ ...a, checkpoint: { ...a.checkpoint, size: 4 } })],
    ['another key', 'signature', (a: ProofAnswer) => ({ ...a, ledgerKey: answerFor(0, 1).ledgerKey })],
    [
      'a forged head',
      'signature',
      (a: ProofAnswer) => ({
        ...a,
        checkpoint: { ...a.checkpoint, note: a.checkpoint.note.replace('muster', 'mustre') },
      }),
    ],
  ] as const)('finds %s', async (_, check, forge) => {
    const verdict = await verifyProof(forge(answerFor(6, 13)));
    expect(verdict.proven).toBe(false);
    expect(verdict.wrong?.check).toBe(check);
  });

  it('writes a proof file that other tools read', () => {
    const answer = answerFor(6, 13);
    const file = parseTlogProof(proofFile(answer));
    expect(file).toMatchObject({ index: 6, checkpoint: answer.checkpoint.note });
    expect(file.path.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(answer.path);
  });
});
