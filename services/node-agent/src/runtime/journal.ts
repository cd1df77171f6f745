// privd's memory of tasks: an append-only file, synced before anything is promised. RECEIVED before the acknowledgement,
// STARTED before the first effect, DONE (with the signed receipt) after it was verified. It also keeps the highest
// sequence number of each lane, so a task that was seen once can never run again as a new one.
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { signed, taskEnvelope } from '@muster/contracts/agent';
import type { JournalEntry, TaskEnvelope } from '@muster/contracts/agent';
import { z } from 'zod';
import { isAbsent, writeFileAtomically } from '../host/files.ts';
import { aboutTask, type JournalAbout } from './journal-pages.ts';

const lane = z.enum(['guard', 'change', 'job']);
export type Lane = z.infer<typeof lane>;

const record = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('received'), at: z.string(), hash: z.string(), envelope: taskEnvelope }),
  z.strictObject({ t: z.literal('started'), at: z.string(), task: z.string() }),
  z.strictObject({ t: z.literal('done'), at: z.string(), task: z.string(), receipt: signed }),
  z.strictObject({ t: z.literal('acknowledged'), task: z.string() }),
  /** A cancel that came before its task: the task is refused when it arrives. */
  z.strictObject({ t: z.literal('cancelled'), at: z.string(), task: z.string() }),
  /** Start of a compacted journal: sequences and tasks that are over and acknowledged. */
  z.strictObject({
    t: z.literal('floor'),
    seen: z.partialRecord(lane, z.number()),
    over: z.array(z.strictObject({ task: z.string(), at: z.string() })),
  }),
]);
type JournalRecord = z.infer<typeof record>;
type SignedReceipt = z.infer<typeof signed>;

export interface UnfinishedTask {
  readonly state: 'received' | 'started';
  readonly envelope: TaskEnvelope;
  readonly hash: string;
  readonly receivedAt: string;
  readonly startedAt?: string;
}

export type TaskRecord =
  | UnfinishedTask
  | {
      readonly state: 'done';
      readonly receipt: SignedReceipt;
      readonly hash: string;
      readonly acknowledged: boolean;
      readonly at: string;
      /** Absent once the journal was compacted. */
      readonly about?: JournalAbout;
    }
  /** Over and acknowledged, or cancelled before it came; its details are gone, only the refusal to run it again stays. */
  | { readonly state: 'over'; readonly at: string };

const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024;
/** Longer than any envelope is valid, so nothing that is forgotten can still be delivered. */
const REMEMBER_MS = 14 * 24 * 3600_000;

export class Journal {
  readonly #path: string;
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #seen = new Map<Lane, number>();
  #file: FileHandle;
  #size: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  /** A torn last line (power cut during a write) is dropped: nothing had been promised for it. Damage elsewhere is an error. */
  static async open(path: string): Promise<Journal> {
    const bytes = await readFile(path).catch((error: unknown) => {
      if (isAbsent(error)) return Buffer.alloc(0);
      throw error;
    });
    const journal = new Journal(path, await open(path, 'a', 0o600), 0);
    try {
      // One after the other: the envelope of a task is forgotten at its receipt, and all of them at once would be most of the file.
      for (const { entry, end } of recordsIn(bytes, path)) {
        journal.#take(entry);
        journal.#size = end;
      }
      if (journal.#size < bytes.length) {
        await journal.#file.truncate(journal.#size);
        await journal.#file.datasync();
      }
    } catch (error) {
      await journal.#file.close();
      throw error;
    }
    return journal;
  }

  task(id: string): TaskRecord | undefined {
    return this.#tasks.get(id);
  }

  seen(of: Lane): number {
    return this.#seen.get(of) ?? 0;
  }

  unfinished(): UnfinishedTask[] {
    return [...this.#tasks.values()].filter((task): task is UnfinishedTask => 'envelope' in task);
  }

  unacknowledged(): { task: string; receipt: SignedReceipt }[] {
    const list: { task: string; receipt: SignedReceipt }[] = [];
    for (const [task, entry] of this.#tasks) {
      if (entry.state === 'done' && !entry.acknowledged) list.push({ task, receipt: entry.receipt });
    }
    return list;
  }

  /** Everything that is remembered, oldest first. */
  entries(): JournalEntry[] {
    return [...this.#tasks].map(([task, record]) => entryOf(task, record));
  }

  received(envelope: TaskEnvelope, hash: string, at: string): Promise<void> {
    return this.#append({ t: 'received', at, hash, envelope });
  }
  started(task: string, at: string): Promise<void> {
    return this.#append({ t: 'started', at, task });
  }
  done(task: string, receipt: SignedReceipt, at: string): Promise<void> {
    return this.#append({ t: 'done', at, task, receipt });
  }
  cancelledBeforehand(task: string, at: string): Promise<void> {
    return this.#append({ t: 'cancelled', at, task });
  }
  async acknowledged(task: string): Promise<void> {
    const entry = this.#tasks.get(task);
    if (entry?.state !== 'done' || entry.acknowledged) return;
    await this.#append({ t: 'acknowledged', task });
    if (this.#size > COMPACT_ABOVE_BYTES) await this.#compact(Date.now());
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  /** Resolves once the record is on disk; only then does memory know it too. */
  #append(entry: JournalRecord): Promise<void> {
    const write = this.#writing.then(async () => {
      const line = lineOf(entry);
      try {
        await this.#file.appendFile(line);
        await this.#file.datasync();
      } catch (error) {
        // A full disk may have taken half of the line. Left there, it would stand in front of whole records.
        await this.#file.truncate(this.#size);
        throw error;
      }
      this.#size += Buffer.byteLength(line);
      this.#take(entry);
    });
    this.#writing = write.catch(() => {
      // The caller of this append hears of it; the next append tries for itself.
    });
    return write;
  }

  #compact(now: number): Promise<void> {
    const work = this.#writing.then(async () => {
      const over: { task: string; at: string }[] = [];
      const kept: string[] = [];
      for (const [task, entry] of this.#tasks) {
        const isOver = entry.state === 'over' || (entry.state === 'done' && entry.acknowledged);
        if (isOver && Date.parse(entry.at) < now - REMEMBER_MS) this.#tasks.delete(task);
        else if (isOver) {
          over.push({ task, at: entry.at });
          this.#tasks.set(task, { state: 'over', at: entry.at });
        } else if (entry.state === 'done') kept.push(lineOf({ t: 'done', at: entry.at, task, receipt: entry.receipt }));
        else if ('envelope' in entry) {
          kept.push(
            lineOf({ t: 'received', at: new Date(now).toISOString(), hash: entry.hash, envelope: entry.envelope }),
          );
          if (entry.startedAt !== undefined) kept.push(lineOf({ t: 'started', at: entry.startedAt, task }));
        }
      }
      const text = lineOf({ t: 'floor', seen: Object.fromEntries(this.#seen), over }) + kept.join('');
      await writeFileAtomically(this.#path, text, { mode: 0o600 });
      await this.#file.close();
      this.#file = await open(this.#path, 'a', 0o600);
      this.#size = Buffer.byteLength(text);
    });
    this.#writing = work;
    return work;
  }

  #take(entry: JournalRecord): void {
    switch (entry.t) {
      case 'received': {
        const { task, lane: of, seq } = entry.envelope;
        this.#tasks.set(task, {
          state: 'received',
          envelope: entry.envelope,
          hash: entry.hash,
          receivedAt: entry.at,
        });
        this.#seen.set(of, Math.max(this.seen(of), seq));
        return;
      }
      case 'started': {
        const task = this.#tasks.get(entry.task);
        if (task?.state === 'received') this.#tasks.set(entry.task, { ...task, state: 'started', startedAt: entry.at });
        return;
      }
      case 'done': {
        const task = this.#tasks.get(entry.task);
        const hash = task !== undefined && 'hash' in task ? task.hash : '';
        this.#tasks.set(entry.task, {
          state: 'done',
          receipt: entry.receipt,
          hash,
          acknowledged: false,
          at: entry.at,
          ...(task !== undefined && 'envelope' in task ? { about: aboutTask(task.envelope) } : {}),
        });
        return;
      }
      case 'acknowledged': {
        const task = this.#tasks.get(entry.task);
        if (task?.state === 'done') this.#tasks.set(entry.task, { ...task, acknowledged: true });
        return;
      }
      case 'cancelled':
        this.#tasks.set(entry.task, { state: 'over', at: entry.at });
        return;
      case 'floor':
        for (const [of, seq] of Object.entries(entry.seen)) this.#seen.set(lane.parse(of), seq);
        for (const { task, at } of entry.over) this.#tasks.set(task, { state: 'over', at });
    }
  }
}

function entryOf(task: string, record: TaskRecord): JournalEntry {
  switch (record.state) {
    case 'over':
      return { task, state: 'over', about: null, at: record.at, receipt: null };
    case 'done':
      return { task, state: 'done', about: record.about ?? null, at: record.at, receipt: record.receipt };
    case 'received':
    case 'started': {
      const at = record.startedAt ?? record.receivedAt;
      return { task, state: record.state, about: aboutTask(record.envelope), at, receipt: null };
    }
  }
}

/** `<first 16 hexadecimal digits of SHA-256> <json>`: a torn or damaged line is told from a whole one. */
function lineOf(entry: JournalRecord): string {
  const json = JSON.stringify(entry);
  return `${checksum(json)} ${json}\n`;
}

const checksum = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, 16);

/** `end`: byte behind its line. Ends at a torn last line. */
function* recordsIn(bytes: Buffer, path: string): Generator<{ entry: JournalRecord; end: number }> {
  for (let offset = 0; offset < bytes.length;) {
    const end = bytes.indexOf(10, offset);
    const entry = end < 0 ? undefined : parseLine(bytes.subarray(offset, end).toString('utf8'));
    if (entry === undefined) {
      if (end >= 0 && end < bytes.length - 1) {
        throw new Error(
          `${path} is damaged at byte ${offset}, in front of whole records; restore it or start from an empty one`,
        );
      }
      return;
    }
    offset = end + 1;
    yield { entry, end: offset };
  }
}

function parseLine(line: string): JournalRecord | undefined {
  const json = line.slice(17);
  if (line.slice(0, 16) !== checksum(json)) return undefined;
  return record.parse(JSON.parse(json));
}
