// Whose turn it is to be looked at, and where the reports go. The prober's role may call these two functions and read no
// table, so that who takes it over learns where our servers are and no more.
import type { ProbeReport } from '@muster/contracts/posture';
import { isPublic } from '@muster/posture/probes/listeners';
import { z } from 'zod';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { Target } from './look.ts';

/** A prober that dies with a server in hand leaves it for the next after so long: longer than any look takes. */
const LEASE_SECONDS = 20 * 60;

export interface Turn extends Target {
  readonly serverId: string;
}

const row = z.object({
  server: z.uuid(),
  seen_from: z.string().nullable(),
  claimed: z.array(z.string()).nullable(),
  hostname: z.string(),
  /** Null when the server has not said, or could not read it. */
  listening: z.array(z.object({ address: z.string(), port: z.int() })).nullable(),
  names: z.array(z.string()).nullable(),
  /** Null when the server has not said. */
  signing: z.array(z.object({ domain: z.string(), selector: z.string(), sha256: z.string().nullable() })).nullable(),
});

export class Turns {
  constructor(private readonly pool: QueryPool) {}

  async next(): Promise<Turn | undefined> {
    const { rows } = await this.pool.query('select * from muster.outside_next($1)', [LEASE_SECONDS]);
    const [first] = z.array(row).parse(rows);
    if (first === undefined) return undefined;
    const listening = first.listening?.filter(isPublic).map(({ port }) => port) ?? null;
    return {
      serverId: first.server,
      seenFrom: first.seen_from,
      claimed: first.claimed ?? [],
      hostname: first.hostname,
      listening: listening && [...new Set(listening)],
      names: first.names ?? [],
      signing: first.signing,
    };
  }

  async keep(serverId: string, reports: readonly ProbeReport[], nextInSeconds: number): Promise<void> {
    await this.pool.query('select muster.outside_keep($1, $2, $3)', [serverId, JSON.stringify(reports), nextInSeconds]);
  }
}
