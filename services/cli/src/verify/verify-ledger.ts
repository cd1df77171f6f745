// Recomputes a whole ledger: every leaf from its event, the tree from the leaves, and compares with what was signed.
import { equalBytes, toHex } from '@muster/kernel/bytes';
import type { SignedNote } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { MerkleFrontier } from '@muster/kernel/merkle';
import { leafOf, type LedgerEntry, type StoredCheckpoint } from '../ledger/entry.ts';
import type { LedgerSource } from '../ledger/source.ts';
import { Evidence } from './evidence.ts';
import type { Problem, Report } from './report.ts';
import type { Trust } from './trust.ts';
import { keyOf, trustedNote } from './trusted-note.ts';

export interface VerifyOptions {
  /** Checkpoints kept elsewhere (a witness, an earlier export): the ledger must extend each of them. */
  outsideCheckpoints?: readonly string[];
  progress?: (entries: number) => void;
}

const PROGRESS_EVERY = 10_000;

export async function verifyLedger(source: LedgerSource, trust: Trust, options: VerifyOptions = {}): Promise<Report> {
  for (const keyset of await source.keysets()) trust.add(keyset);
  const problems: Problem[] = [];
  const checkpoints = await trustedCheckpoints(source, trust, options.outsideCheckpoints ?? [], problems);
  const origin = checkpoints.at(-1)?.checkpoint.origin ?? null;
  const evidence = new Evidence(trust);
  const walk = new Walk(checkpoints, evidence, problems);
  for await (const entries of source.entries()) {
    for (const entry of entries) {
      walk.take(entry);
      if (walk.entries % PROGRESS_EVERY === 0) options.progress?.(walk.entries);
    }
  }
  walk.end();
  for (const what of await source.strays()) problems.push({ kind: 'stray', position: null, what });
  const witnesses = await checkWitnesses(source, trust, evidence, originsOf(checkpoints), walk, problems);
  problems.sort((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  return {
    ok: problems.length === 0,
    source: source.name,
    origin,
    entries: walk.entries,
    signedSize: walk.signedSize,
    ...witnesses,
    checkpoints: walk.verifiedCheckpoints,
    tasks: { signed: evidence.signedTasks, verified: evidence.verifiedTasks },
    outcomes: {
      attested: evidence.attested,
      unattested: evidence.unattested,
      probedFromOutside: evidence.probedFromOutside,
    },
    firstWrongPosition: problems[0]?.position ?? null,
    problems,
  };
}

/** Those whose signature is the ledger key's, by size; the others are problems. */
async function trustedCheckpoints(
  source: LedgerSource,
  trust: Trust,
  outside: readonly string[],
  problems: Problem[],
): Promise<SignedNote[]> {
  const stored = await source.checkpoints();
  const all: StoredCheckpoint[] = [...stored, ...outside.map((note) => ({ size: -1, note }))];
  if (all.length === 0) {
    problems.push({
      kind: 'forged-checkpoint',
      position: 0,
      what: 'there is no signed checkpoint, so nothing is proved',
    });
  }
  const trusted: SignedNote[] = [];
  for (const { size, note } of all) {
    const parsed = await trustedNote(note, trust);
    const about = size === -1 ? 'a checkpoint that was given from outside' : `the checkpoint of ${size} events`;
    if (typeof parsed === 'string') {
      problems.push({ kind: 'forged-checkpoint', position: size > 0 ? size - 1 : null, what: `${about} ${parsed}` });
    } else if (size !== -1 && parsed.checkpoint.size !== size) {
      const what = `${about} says it is of ${parsed.checkpoint.size}`;
      problems.push({ kind: 'forged-checkpoint', position: size - 1, what });
    } else trusted.push(parsed);
  }
  trusted.sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  await requireGoodKeyAtTheEnd(trusted, trust, problems);
  return trusted;
}

/** What a stolen key signed counts only as far as a later key, which root still vouches for, has signed over it. */
async function requireGoodKeyAtTheEnd(
  trusted: readonly SignedNote[],
  trust: Trust,
  problems: Problem[],
): Promise<void> {
  const newest = trusted.at(-1);
  if (newest === undefined) return;
  const key = await keyOf(newest, trust.ledgerKeys(newest.checkpoint.origin));
  if (key === undefined || !trust.isRevoked(key)) return;
  const what = `the newest checkpoint, of ${newest.checkpoint.size} events, is signed by a key that root has revoked`;
  problems.push({ kind: 'forged-checkpoint', position: newest.checkpoint.size - 1, what });
}

/** The log's name at each signed size: a restore goes on under the next one. */
function originsOf(checkpoints: readonly SignedNote[]): Map<number, string> {
  return new Map(checkpoints.map(({ checkpoint }) => [checkpoint.size, checkpoint.origin]));
}

/** Goes through the positions once, in order. */
class Walk {
  entries = 0;
  signedSize = 0;
  verifiedCheckpoints = 0;
  readonly #checkpoints: SignedNote[];
  readonly #evidence: Evidence;
  readonly #problems: Problem[];
  readonly #tree = new MerkleFrontier(sha256);
  readonly #versions = new Map<string, number>();
  readonly #roots = new Map<number, string>();
  #nextCheckpoint = 0;
  #lastGoodSize = 0;
  /** Positions without content came before: a stream may begin in the middle. */
  #partial = false;
  #rewritten = false;
  /** After a gap the tree can no longer be computed. */
  #broken = false;

  constructor(checkpoints: SignedNote[], evidence: Evidence, problems: Problem[]) {
    this.#checkpoints = checkpoints;
    this.#evidence = evidence;
    this.#problems = problems;
  }

  /** Root at a size that a checkpoint has, hexadecimal. */
  rootAt(size: number): string | undefined {
    return this.#roots.get(size);
  }

  take(entry: LedgerEntry): void {
    const expected = this.#tree.size;
    if (!this.#broken && entry.position !== expected) {
      this.#broken = true;
      const [kind, upTo] =
        entry.position > expected ? (['missing', entry.position - 1] as const) : (['out-of-order', expected] as const);
      const what = entry.position > expected ? 'is missing' : `position ${entry.position} stands here`;
      this.#problems.push({
        kind,
        position: Math.min(expected, entry.position),
        upTo: Math.max(upTo, entry.position - 1),
        what,
      });
    }
    this.entries++;
    const leaf = this.#checkEntry(entry);
    if (this.#broken) return;
    this.#tree.append(leaf);
    this.#checkRoots();
  }

  end(): void {
    const newest = this.#checkpoints.at(-1)?.checkpoint;
    if (newest === undefined || this.#broken || newest.size <= this.#tree.size) return;
    this.#problems.push({
      kind: 'cut-tail',
      position: this.#tree.size,
      upTo: newest.size - 1,
      what: `a checkpoint was signed over ${newest.size} events, ${newest.size - this.#tree.size} of them are gone`,
    });
  }

  /** Returns the leaf that was signed as far as anybody knows, so that one wrong event does not hide what follows. */
  #checkEntry({ position, content, recordedLeaf, treeLeaf, mismatch }: LedgerEntry): Uint8Array {
    const original = treeLeaf ?? recordedLeaf;
    if (mismatch !== undefined) this.#wrong(content === null ? 'missing' : 'edited', position, mismatch);
    if (content === null) {
      this.#partial = true;
      return original;
    }
    const leaf = leafOf(content);
    if (!equalBytes(leaf, original)) {
      this.#wrong('edited', position, `the event ${content.eventId} is not the one that was signed here`);
    } else if (!equalBytes(recordedLeaf, original)) {
      this.#wrong('edited', position, 'the leaf hash in the ledger is not the one in the tree');
    }
    const version = this.#versions.get(content.streamId) ?? (this.#partial ? content.streamVersion - 1 : 0);
    if (content.streamVersion !== version + 1) {
      this.#wrong(
        'out-of-order',
        position,
        `version ${content.streamVersion} of ${content.streamId} comes after ${version}`,
      );
    }
    this.#versions.set(content.streamId, content.streamVersion);
    this.#checkSignatures(position, content);
    return original;
  }

  #checkSignatures(position: number, content: NonNullable<LedgerEntry['content']>): void {
    let wrong: string | undefined;
    try {
      wrong = this.#evidence.check(content);
    } catch {
      wrong = `${content.type} has not the form of its kind`;
    }
    if (wrong !== undefined) this.#wrong('bad-signature', position, wrong);
  }

  #checkRoots(): void {
    for (;;) {
      const next = this.#checkpoints[this.#nextCheckpoint]?.checkpoint;
      if (next === undefined || next.size > this.#tree.size) return;
      this.#nextCheckpoint++;
      const root = this.#tree.root();
      this.#roots.set(next.size, toHex(root));
      if (equalBytes(root, next.root)) {
        this.verifiedCheckpoints++;
        this.signedSize = next.size;
        this.#lastGoodSize = next.size;
      } else if (!this.#rewritten) {
        this.#rewritten = true;
        this.#problems.push({
          kind: 'rewritten',
          position: this.#lastGoodSize,
          upTo: next.size - 1,
          what: `the tree of the first ${next.size} events is not the one that was signed; up to ${this.#lastGoodSize} it is`,
        });
      }
    }
  }

  #wrong(kind: Problem['kind'], position: number, what: string): void {
    this.#problems.push({ kind, position, what });
  }
}

async function checkWitnesses(
  source: LedgerSource,
  trust: Trust,
  evidence: Evidence,
  origins: ReadonlyMap<number, string>,
  walk: Walk,
  problems: Problem[],
): Promise<Pick<Report, 'witnessedSize' | 'cosignatures'>> {
  const listedSizes: number[] = [];
  let valid = 0;
  for (const cosignature of await source.cosignatures()) {
    const { size, witnessId, root } = cosignature;
    const origin = origins.get(size);
    const verdict = origin === undefined ? 'invalid' : evidence.verifyCosignature(origin, cosignature);
    const computed = walk.rootAt(size);
    if (verdict === 'invalid') {
      problems.push({
        kind: 'bad-signature',
        position: null,
        what: `the cosignature of ${witnessId} over ${size} events is not valid`,
      });
    } else if (computed !== undefined && computed !== root) {
      problems.push({
        kind: 'rewritten',
        position: size - 1,
        what: `the witness ${witnessId} saw another tree of ${size} events`,
      });
    } else if (size > walk.entries) {
      const what = `the witness ${witnessId} saw ${size} events, ${size - walk.entries} of them are gone`;
      problems.push({ kind: 'cut-tail', position: walk.entries, upTo: size - 1, what });
    } else {
      valid++;
      if (verdict === 'listed') listedSizes.push(size);
    }
  }
  const quorum = trust.witnesses?.quorum ?? null;
  const ranked = listedSizes.sort((a, b) => b - a);
  return {
    witnessedSize: quorum === null || quorum === 0 ? 0 : (ranked[quorum - 1] ?? 0),
    cosignatures: { valid, fromListedWitnesses: ranked.length, quorum },
  };
}
