// The spool of a real host: NDJSON segments of 1 MiB in one folder per priority, synced after each batch. Only an index of
// whole segments is dropped or deleted, so nothing is ever rewritten.
import { mkdir, open, readFile, readdir, rm, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchBody } from '@muster/contracts/agent';
import { z } from 'zod';
import { readIfPresent, writeFileAtomically } from '../host/files.ts';
import type { Dropped, Priority, Spool, SpooledBatch } from './spool.ts';

export interface DiskSpoolLimits {
  readonly segmentBytes: number;
  readonly totalBytes: number;
  /** Below this much free disk metrics are not spooled at all. */
  readonly leastFreeBytes: number;
}

export const DEFAULT_LIMITS: DiskSpoolLimits = {
  segmentBytes: 1024 * 1024,
  totalBytes: 64 * 1024 * 1024,
  leastFreeBytes: 200 * 1024 * 1024,
};

interface Entry {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
  readonly kind: string;
  readonly items: number;
}

interface Segment {
  readonly path: string;
  readonly entries: Entry[];
  bytes: number;
}

const line = z.object({ seq: z.number(), body: z.object({ kind: z.string(), items: z.array(z.unknown()) }) });

/** Numbers are handed out from a reserved block, so that a crash can skip some but never use one twice. */
const RESERVED = 1000;
const PRIORITIES: readonly Priority[] = [0, 1, 2];

export class DiskSpool implements Spool {
  readonly #folder: string;
  readonly #limits: DiskSpoolLimits;
  readonly #segments: Record<Priority, Segment[]> = { 0: [], 1: [], 2: [] };
  readonly #open = new Map<Priority, { segment: Segment; file: FileHandle }>();
  readonly #dropped = new Map<string, number>();
  #nextSeq = 1;
  #reservedTo = 0;
  #bytes = 0;
  #acknowledged = 0;
  #turn: Promise<unknown> = Promise.resolve();
  onPush: () => void = () => undefined;

  private constructor(folder: string, limits: DiskSpoolLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  static async open(folder: string, limits: DiskSpoolLimits = DEFAULT_LIMITS): Promise<DiskSpool> {
    const spool = new DiskSpool(folder, limits);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const priority of PRIORITIES) {
      await mkdir(spool.#folderOf(priority), { recursive: true, mode: 0o700 });
      for (const name of (await readdir(spool.#folderOf(priority))).sort()) await spool.#load(priority, name);
    }
    const reserved = Number((await readIfPresent(join(folder, 'reserved'))) ?? '0');
    const highest = Math.max(
      0,
      ...PRIORITIES.flatMap((priority) =>
        spool.#segments[priority].flatMap((one) => one.entries.map((entry) => entry.seq)),
      ),
    );
    spool.#nextSeq = Math.max(reserved, highest) + 1;
    spool.#reservedTo = reserved;
    return spool;
  }

  get waiting(): number {
    let count = 0;
    for (const priority of PRIORITIES) for (const segment of this.#segments[priority]) count += segment.entries.length;
    return count;
  }

  push(priority: Priority, body: BatchBody): Promise<void> {
    return this.#inTurn(async () => {
      if (priority === 2 && (await this.#diskIsFull())) this.#count(body.kind, body.items.length);
      else await this.#append(priority, body);
      await this.#makeRoom();
      await this.#reportDropped();
      this.onPush();
    });
  }

  after(seq: number, most: number): Promise<SpooledBatch[]> {
    return this.#inTurn(async () => {
      const found: { entry: Entry; path: string }[] = [];
      for (const priority of PRIORITIES) {
        let taken = 0;
        for (const segment of this.#segments[priority]) {
          for (const entry of segment.entries) {
            if (entry.seq <= seq || taken >= most) continue;
            found.push({ entry, path: segment.path });
            taken += 1;
          }
        }
      }
      // Strictly in order: the other side drops what is not above the last number it took.
      found.sort((a, b) => a.entry.seq - b.entry.seq);
      return Promise.all(found.slice(0, most).map(({ entry, path }) => readEntry(path, entry)));
    });
  }

  acknowledge(seq: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#acknowledged = Math.max(this.#acknowledged, seq);
      for (const priority of PRIORITIES) {
        for (const segment of [...this.#segments[priority]]) {
          const kept = segment.entries.filter((entry) => entry.seq > this.#acknowledged);
          segment.entries.splice(0, segment.entries.length, ...kept);
          if (kept.length === 0) await this.#delete(priority, segment);
        }
      }
    });
  }

  async close(): Promise<void> {
    await this.#turn;
    for (const { file } of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #append(priority: Priority, body: BatchBody): Promise<void> {
    const seq = await this.#takeNumber();
    const bytes = Buffer.from(`${JSON.stringify({ seq, body })}\n`);
    const { segment, file } = await this.#segmentFor(priority, seq);
    try {
      await file.appendFile(bytes);
      await file.datasync();
    } catch (error) {
      // A full disk may have taken half of it. What follows must not stand behind that: the next append makes a new segment.
      this.#open.delete(priority);
      await file.close();
      throw error;
    }
    segment.entries.push({
      seq,
      offset: segment.bytes,
      length: bytes.length,
      kind: body.kind,
      items: body.items.length,
    });
    segment.bytes += bytes.length;
    this.#bytes += bytes.length;
  }

  async #takeNumber(): Promise<number> {
    if (this.#nextSeq > this.#reservedTo) {
      this.#reservedTo = this.#nextSeq + RESERVED;
      await writeFileAtomically(join(this.#folder, 'reserved'), String(this.#reservedTo), { mode: 0o600 });
    }
    return this.#nextSeq++;
  }

  async #segmentFor(priority: Priority, seq: number): Promise<{ segment: Segment; file: FileHandle }> {
    const current = this.#open.get(priority);
    if (current !== undefined && current.segment.bytes < this.#limits.segmentBytes) return current;
    if (current !== undefined) await current.file.close();
    const path = join(this.#folderOf(priority), `${String(seq).padStart(16, '0')}.ndjson`);
    const next = { segment: { path, entries: [], bytes: 0 }, file: await open(path, 'a', 0o600) };
    this.#segments[priority].push(next.segment);
    this.#open.set(priority, next);
    return next;
  }

  /** Oldest segments of the least important class that holds any; class 0 only for what is beyond the whole. */
  async #makeRoom(): Promise<void> {
    const { totalBytes } = this.#limits;
    while (this.#bytes > totalBytes * 0.75) {
      const victim = ([2, 1] as const).find((priority) => this.#segments[priority].length > 0);
      const [segment] = victim === undefined ? [] : this.#segments[victim];
      if (victim === undefined || segment === undefined) break;
      await this.#drop(victim, segment);
    }
    while (this.#bytes > totalBytes) {
      const [segment] = this.#segments[0];
      if (segment === undefined) break;
      await this.#drop(0, segment);
    }
  }

  async #drop(priority: Priority, segment: Segment): Promise<void> {
    for (const entry of segment.entries) this.#count(entry.kind, entry.items);
    await this.#delete(priority, segment);
  }

  async #delete(priority: Priority, segment: Segment): Promise<void> {
    const current = this.#open.get(priority);
    if (current?.segment === segment) {
      await current.file.close();
      this.#open.delete(priority);
    }
    this.#segments[priority] = this.#segments[priority].filter((one) => one !== segment);
    this.#bytes -= segment.bytes;
    await rm(segment.path, { force: true });
  }

  #count(kind: string, items: number): void {
    if (kind !== 'gap') this.#dropped.set(kind, (this.#dropped.get(kind) ?? 0) + Math.max(1, items));
  }

  async #reportDropped(): Promise<void> {
    if (this.#dropped.size === 0) return;
    const items: Dropped[] = [...this.#dropped].map(([of, dropped]) => ({ of, dropped }));
    this.#dropped.clear();
    await this.#append(0, { kind: 'gap', items: items.slice(0, 20) });
  }

  async #diskIsFull(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize < this.#limits.leastFreeBytes;
  }

  /** A torn last line is left out; the next append goes to a new segment. */
  async #load(priority: Priority, name: string): Promise<void> {
    const path = join(this.#folderOf(priority), name);
    const bytes = await readFile(path);
    const segment: Segment = { path, entries: [], bytes: bytes.length };
    let offset = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, offset)) {
      const parsed = line.safeParse(parse(bytes.subarray(offset, end).toString('utf8')));
      if (parsed.success) {
        const { seq, body } = parsed.data;
        segment.entries.push({ seq, offset, length: end - offset, kind: body.kind, items: body.items.length });
      }
      offset = end + 1;
    }
    if (segment.entries.length === 0) return rm(path, { force: true });
    this.#segments[priority].push(segment);
    this.#bytes += segment.bytes;
  }

  #folderOf(priority: Priority): string {
    return join(this.#folder, `p${priority}`);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {
      // The caller of this one hears of it.
    });
    return turn;
  }
}

async function readEntry(path: string, entry: Entry): Promise<SpooledBatch> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(entry.length);
    await file.read(buffer, 0, entry.length, entry.offset);
    return JSON.parse(buffer.toString('utf8')) as SpooledBatch;
  } finally {
    await file.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
