// Reads what the guard wrote down while nobody was listening, and reports each repair once.
import { join } from 'node:path';
import { tableRepair } from '@muster/contracts/bans';
import type { TableRepair } from '@muster/contracts/bans';
import { z } from 'zod';
import { readUntrusted } from '../host/files.ts';

const FILES = ['repairs-guard.ndjson', 'repairs-unit.ndjson'] as const;
const CHUNK = 64 * 1024;

const guardRecord = z.object({
  v: z.literal(1),
  at: z.string(),
  by: tableRepair.shape.by,
  cause: tableRepair.shape.cause,
  outcome: z.enum(['restored', 'failed']),
  tookMs: z.number().nonnegative(),
});

export interface RepairCursors {
  /** Bytes read of each file. */
  repairs: Record<string, number>;
}

/** New whole lines of all record files; moves the cursors past them. */
export async function newRepairs(folder: string, cursors: RepairCursors): Promise<TableRepair[]> {
  const repairs: TableRepair[] = [];
  for (const name of FILES) {
    const from = cursors.repairs[name] ?? 0;
    const read = await readUntrusted(join(folder, 'records', name), from, CHUNK).catch(() => undefined);
    if (read === undefined || read.text === '') continue;
    const whole = read.text.lastIndexOf('\n') + 1;
    const began = read.next - Buffer.byteLength(read.text);
    cursors.repairs[name] = began + Buffer.byteLength(read.text.slice(0, whole));
    repairs.push(
      ...read.text
        .slice(0, whole)
        .split('\n')
        .flatMap((line) => parseRepair(line) ?? []),
    );
  }
  return repairs;
}

export function parseRepair(line: string): TableRepair | undefined {
  try {
    const record = guardRecord.parse(JSON.parse(line));
    if (record.outcome === 'failed') return undefined;
    return tableRepair.parse({ at: record.at, cause: record.cause, by: record.by, tookMs: record.tookMs, hash: null });
  } catch {
    return undefined;
  }
}
