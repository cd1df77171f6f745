// Signed checkpoints: what the log promises to be. C2SP tlog-checkpoint in a signed note, with Ed25519 signatures.
// Signing and verifying are handed in, so that the browser uses WebCrypto and Node its own.
import { concatBytes, equalBytes, fromBase64, toBase64, utf8 } from './bytes.ts';
import type { Hash } from './merkle.ts';

export interface Checkpoint {
  /** Names the log; also the name of its signing key. */
  origin: string;
  size: number;
  root: Uint8Array;
}

export interface NoteSignature {
  name: string;
  /** First four bytes of the key's hash. */
  keyHash: Uint8Array;
  signature: Uint8Array;
}

export interface SignedNote {
  checkpoint: Checkpoint;
  /** What is signed: the body with its final newline. */
  body: string;
  signatures: NoteSignature[];
}

const ED25519 = 0x01;
const SEPARATOR = '\n\n— ';

export function checkpointBody({ origin, size, root }: Checkpoint): string {
  if (origin === '' || /[\n+]|\s/.test(origin))
    throw new TypeError('an origin has no spaces, plus signs or line breaks');
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** C2SP signed-note: SHA-256(name, newline, algorithm, key), four bytes. */
export function noteKeyHash(hash: Hash, name: string, publicKey: Uint8Array): Uint8Array {
  return hash(concatBytes(utf8(`${name}\n`), new Uint8Array([ED25519]), publicKey)).slice(0, 4);
}

export function signCheckpoint(
  hash: Hash,
  checkpoint: Checkpoint,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): string {
  const body = checkpointBody(checkpoint);
  const line = toBase64(concatBytes(noteKeyHash(hash, checkpoint.origin, publicKey), sign(utf8(body))));
  return `${body}\n— ${checkpoint.origin} ${line}\n`;
}

/** Throws TypeError, saying what is wrong, when the text is not a signed checkpoint. Verifies nothing. */
export function parseSignedNote(text: string): SignedNote {
  const split = text.lastIndexOf(SEPARATOR);
  const at = text.indexOf(SEPARATOR);
  if (split === -1 || !text.endsWith('\n')) throw new TypeError('a signed note ends with signature lines');
  if (at !== split) throw new TypeError('a signed note has one block of signatures');
  const body = text.slice(0, split + 1);
  const lines = text.slice(split + 2, -1).split('\n');
  return { checkpoint: parseCheckpoint(body), body, signatures: lines.map(parseSignatureLine) };
}

export function parseCheckpoint(body: string): Checkpoint {
  const [origin, size, root] = body.split('\n');
  if (!body.endsWith('\n') || origin === undefined || origin === '' || size === undefined || root === undefined) {
    throw new TypeError('a checkpoint has an origin, a size and a root, one per line');
  }
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new TypeError(`a checkpoint's size is a number, not ${JSON.stringify(size.slice(0, 40))}`);
  }
  const bytes = fromBase64(root);
  if (bytes.length !== 32 || toBase64(bytes) !== root)
    throw new TypeError("a checkpoint's root has 32 bytes in base64");
  return { origin, size: Number(size), root: bytes };
}

function parseSignatureLine(line: string): NoteSignature {
  const match = /^— (\S+) (\S+)$/.exec(line);
  const [, name, encoded] = match ?? [];
  if (name === undefined || encoded === undefined) throw new TypeError('a signature line is "— name base64"');
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) throw new TypeError('a signature is too short');
  return { name, keyHash: bytes.slice(0, 4), signature: bytes.slice(4) };
}

export interface LogKey {
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
  verify: (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
}

/** True when one of the note's signatures is the log's own, by this key, under the origin's name. */
export async function verifySignedNote(hash: Hash, note: SignedNote, key: LogKey): Promise<boolean> {
  const expected = noteKeyHash(hash, note.checkpoint.origin, key.publicKey);
  for (const { name, keyHash, signature } of note.signatures) {
    if (name !== note.checkpoint.origin || !equalBytes(keyHash, expected) || signature.length !== 64) continue;
    if (await key.verify(utf8(note.body), signature)) return true;
  }
  return false;
}
