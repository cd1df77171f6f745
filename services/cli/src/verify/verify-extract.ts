// Checks an extract: that its tree was signed by the ledger key that root named, and that each entry lies in that tree where
// it says. What stands beside an entry in the ledger the file does not tell, and this does not ask.
import { extractHeader, extractLine, type ExtractLine } from '@muster/contracts/ledger';
import { fromHex } from '@muster/kernel/bytes';
import type { SignedNote } from '@muster/kernel/checkpoint';
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { sha256 } from '@muster/kernel/hashing';
import { verifyInclusion } from '@muster/kernel/merkle';
import { UnreadableSource } from '../ledger/source.ts';
import type { Problem } from './report.ts';
import type { Trust } from './trust.ts';
import { keyOf, trustedNote } from './trusted-note.ts';

export interface ExtractReport {
  readonly ok: boolean;
  readonly source: string;
  readonly origin: string;
  readonly about: string;
  readonly entries: number;
  /** Of the signed tree; 0 when none was signed by a key that counts. */
  readonly signedSize: number;
  readonly problems: readonly Problem[];
}

/** How the file of an extract begins. */
export const EXTRACT_MARK = '{"muster":"ledger-extract/v1"';

export async function verifyExtract(source: string, text: string, trust: Trust): Promise<ExtractReport> {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const header = extractHeader.parse(read(source, 1, first));
  const lines = rest.map((line, index) => parsed(source, index + 2, line));
  for (const line of lines) if (line.k === 'keyset') trust.add(line.keyset);
  const problems: Problem[] = [];
  const tree = await signedTree(lines, header.size, trust, problems);
  let last = -1;
  for (const line of lines) {
    if (line.k !== 'entry') continue;
    const what = wrongWith(line, last, tree);
    if (what !== null) problems.push({ kind: 'edited', position: line.position, what });
    last = line.position;
  }
  const end = lines.at(-1);
  if (end?.k !== 'end' || end.lines !== lines.length) {
    problems.push({
      kind: 'stray',
      position: null,
      what: 'the extract has no last line: it was cut, or a line was taken out',
    });
  }
  const entries = lines.filter(({ k }) => k === 'entry').length;
  const { origin, about } = header;
  return { ok: problems.length === 0, source, origin, about, entries, signedSize: tree?.size ?? 0, problems };
}

/** What a stolen key signed alone counts no more once root has revoked it. */
async function wrongNote(note: SignedNote, size: number, trust: Trust): Promise<string | null> {
  if (note.checkpoint.size !== size) return `is of ${note.checkpoint.size}`;
  const key = await keyOf(note, trust.ledgerKeys(note.checkpoint.origin));
  return key !== undefined && trust.isRevoked(key) ? 'is signed by a key that root has revoked' : null;
}

interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

async function signedTree(
  lines: readonly ExtractLine[],
  size: number,
  trust: Trust,
  problems: Problem[],
): Promise<Tree | null> {
  const checkpoint = lines.find((line) => line.k === 'checkpoint');
  const note = checkpoint === undefined ? 'is missing' : await trustedNote(checkpoint.note, trust);
  const what = typeof note === 'string' ? note : await wrongNote(note, size, trust);
  if (typeof note !== 'string' && what === null) return note.checkpoint;
  problems.push({ kind: 'forged-checkpoint', position: null, what: `the checkpoint of ${size} events ${what}` });
  return null;
}

function wrongWith(line: Extract<ExtractLine, { k: 'entry' }>, last: number, tree: Tree | null): string | null {
  if (line.position <= last) return 'stands out of order';
  if (tree === null) return 'is in no tree that was signed';
  const leaf = eventLeafHash(sha256, {
    ...line,
    recordedMicros: BigInt(line.recordedMicros),
    metaHash: fromHex(line.metaHash),
    bodyHash: sha256(line.body),
  });
  const proven = verifyInclusion(sha256, leaf, line.position, tree.size, line.path.map(fromHex), tree.root);
  return proven ? null : `the event ${line.eventId} is not the one that was signed here`;
}

function parsed(source: string, number: number, text: string): ExtractLine {
  const line = extractLine.safeParse(read(source, number, text));
  if (line.success) return line.data;
  throw new UnreadableSource(`${source}, line ${number}: not a line of an extract`, { cause: line.error });
}

function read(source: string, number: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableSource(`${source}, line ${number}: not a line of an extract`, { cause: error });
  }
}
