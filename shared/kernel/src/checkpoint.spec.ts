// Notes and proofs survive the way to text and back; anything else than the exact format is refused with a reason.
import { createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64, toHex, utf8 } from './bytes.ts';
import { noteKeyHash, parseSignedNote, signCheckpoint, verifySignedNote, type LogKey } from './checkpoint.ts';
import { sha256 } from './hashing.ts';
import { generateSigningKey } from './signing.ts';
import { formatTlogProof, parseTlogProof } from './tlog-proof.ts';

const key = generateSigningKey();
const publicKey = fromBase64(key.publicKey);
const logKey: LogKey = {
  publicKey,
  verify: (message, signature) => verify(null, message, createPublicKey(key.privateKey), signature),
};
const checkpoint = { origin: 'muster.example/log/1', size: 18_204, root: sha256(utf8('root')) };
const text = signCheckpoint(sha256, checkpoint, publicKey, (message) => sign(null, message, key.privateKey));

describe('a signed checkpoint', () => {
  test('reads back as what was signed, and verifies', async () => {
    const note = parseSignedNote(text);
    expect(note.checkpoint).toEqual(checkpoint);
    expect(await verifySignedNote(sha256, note, logKey)).toBe(true);
  });

  test('verifies no longer when its size, its root or its name is another, or the key is', async () => {
    for (const forged of [
      text.replace('18204', '18203'),
      text.replace(toBase64(checkpoint.root), toBase64(sha256(utf8('other')))),
      text.replaceAll('muster.example/log/1', 'muster.example/log/2'),
    ]) {
      expect(await verifySignedNote(sha256, parseSignedNote(forged), logKey)).toBe(false);
    }
    const other = fromBase64(generateSigningKey().publicKey);
    expect(await verifySignedNote(sha256, parseSignedNote(text), { ...logKey, publicKey: other })).toBe(false);
  });

  test.each([
    ['no signature', 'log\n5\nAAAA\n'],
    ['a size with a leading zero', text.replace('18204', '018204')],
    ['a short root', text.replace(toBase64(checkpoint.root), 'AAAA')],
    ['two blocks of signatures', `${text}\n— again AAAA\n`],
    ['a body in front of nothing', '\n\n— x AAAAAAAA\n'],
  ])('with %s is refused', (_, bad) => {
    expect(() => parseSignedNote(bad)).toThrow(TypeError);
  });

  test('has the key hash of the specification’s example', () => {
    // golang.org/x/mod/sumdb/note: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
    const raw = fromBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').slice(1);
    expect(toHex(noteKeyHash(sha256, 'PeterNeumann', raw))).toBe('c74f20a3');
  });
});

describe('a proof in a file', () => {
  const proof = { index: 73, path: [sha256(utf8('a')), sha256(utf8('b'))], checkpoint: text };

  test('reads back, with and without what helps a reader', () => {
    expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
    const withExtra = { ...proof, extra: utf8('{"eventId":"…"}') };
    expect(parseTlogProof(formatTlogProof(withExtra))).toEqual(withExtra);
    expect(parseTlogProof(formatTlogProof({ ...proof, path: [] })).path).toEqual([]);
  });

  test.each([
    ['another header', formatTlogProof(proof).replace('@v1', '@v2')],
    ['no index', formatTlogProof(proof).replace('index 73', 'index')],
    ['a short hash', formatTlogProof(proof).replace(toBase64(sha256(utf8('a'))), 'AAAA')],
  ])('with %s is refused', (_, bad) => {
    expect(() => parseTlogProof(bad)).toThrow(TypeError);
  });
});
