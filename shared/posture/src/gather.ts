// Runs one probe to its report, within a deadline: a probe that hangs, throws or says what its schema does not know is an
// error of that probe, and no other one suffers.
import type { ProbeReport } from '@muster/contracts/posture';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import type { ProbedHost } from './host.ts';
import type { z } from 'zod';
import type { Probe, Source, UnreadablePart } from './probe.ts';

export const PROBE_DEADLINE_MS = 45_000;
/** A frame of the link holds half a mebibyte. */
const MOST_BYTES = 256 * 1024;
const MOST_UNREADABLE = 60;

export interface Gathering {
  readonly now: () => number;
  /** The second net: it blanks what still looks like a secret before anything is hashed or sent. */
  readonly clean: <Value>(value: Value) => Value;
}

export function gatherReport(probe: Probe, host: ProbedHost, gathering: Gathering): Promise<ProbeReport> {
  return reportOf(probe, (unreadable) => probe.gather(host, unreadable), gathering);
}

export async function reportOf<Schema extends z.ZodType>(
  source: Source<string, Schema>,
  gather: (unreadable: UnreadablePart[]) => Promise<z.input<Schema>>,
  { now, clean, deadlineMs = PROBE_DEADLINE_MS }: Gathering & { readonly deadlineMs?: number },
): Promise<ProbeReport> {
  const began = now();
  const unreadable: UnreadablePart[] = [];
  let reading: ProbeReport['reading'] = null;
  let error: string | null = null;
  try {
    const gathered = source.reading.parse(await withDeadline(gather(unreadable), source.name, deadlineMs));
    if (Buffer.byteLength(JSON.stringify(gathered)) > MOST_BYTES)
      throw new Error(`its reading is larger than ${MOST_BYTES} bytes`);
    reading = gathered as ProbeReport['reading'];
  } catch (failure) {
    error = (failure instanceof Error ? failure.message : String(failure)).slice(0, 300);
  }
  const said = clean({ reading, error, unreadable: unreadable.slice(0, MOST_UNREADABLE) });
  return {
    probe: source.name,
    at: new Date(began).toISOString(),
    durationMs: Math.max(0, Math.round(now() - began)),
    sha256: sha256Hex(canonicalText(said)),
    ...said,
  };
}

async function withDeadline<Value>(work: Promise<Value>, name: string, deadlineMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} took longer than ${deadlineMs / 1000} s`)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
