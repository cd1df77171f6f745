// When something was first seen on a server: a ledger that stays there. What was there when the ledger began is the state
// that somebody took on; whatever came later is new until somebody accepts it or takes it away.
import { z } from 'zod';
import type { ProbedHost } from './host.ts';

const MOST_ITEMS = 5000;

const kept = z.strictObject({ since: z.int(), items: z.record(z.string().max(400), z.int()) });

export interface FirstSeen {
  /** Seconds since 1970: when the ledger began. */
  readonly since: number;
  /** When an item came after that; null for one that was there from the start. */
  newSince(item: string): number | null;
}

/** The clock of the server itself, seconds since 1970. */
export async function hostTime(host: ProbedHost): Promise<number> {
  const ran = await host.run('date', ['+%s']);
  const seconds = Number(ran?.stdout.trim());
  if (!Number.isInteger(seconds) || seconds <= 0) throw new Error('date did not tell the time');
  return seconds;
}

/** An item that went away and comes back is new again. `complete` false: what is missing may only be unreadable. */
export async function firstSeen(
  host: ProbedHost,
  ledger: string,
  items: readonly string[],
  complete: boolean,
): Promise<FirstSeen> {
  const now = await hostTime(host);
  const before = parsed(await host.recall(ledger));
  const since = before?.since ?? now;
  const known = before?.items ?? {};
  const present = [...new Set(items)].slice(0, MOST_ITEMS);
  const after: Record<string, number> = complete ? {} : { ...known };
  for (const item of present) after[item] = known[item] ?? now;
  if (complete && (before === null || JSON.stringify(after) !== JSON.stringify(known))) {
    await host.keep(ledger, JSON.stringify({ since, items: after }));
  }
  return {
    since,
    newSince: (item) => {
      const at = after[item] ?? since;
      return at > since ? at : null;
    },
  };
}

/** A ledger that cannot be read any more begins anew. */
function parsed(text: string | null): z.infer<typeof kept> | null {
  if (text === null) return null;
  try {
    return kept.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Day of a time in seconds, for evidence that keeps still. */
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
