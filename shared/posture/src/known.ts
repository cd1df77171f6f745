// What the control plane itself knows of a server, beside what is read on it and seen from outside. These are no probes:
// they are written down at the moment in which the server is judged, and what an agent sends under such a name is not taken.
import type { ProbeReport } from '@muster/contracts/posture';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import type { z } from 'zod';
import { agentStanding } from './known/agent-standing.ts';
import { answeredFor } from './known/answered-for.ts';
import { duties } from './known/duties.ts';
import { releasedAgents } from './known/released-agents.ts';
import type { Source } from './probe.ts';

export const knownSources = [agentStanding, answeredFor, duties, releasedAgents] as const satisfies readonly Source[];

const NAMES: ReadonlySet<string> = new Set(knownSources.map(({ name }) => name));
export const isKnownHere = ({ name }: Pick<Source, 'name'>): boolean => NAMES.has(name);

/** As if a probe had said so now. */
export function knownReport<Schema extends z.ZodType>(
  { name, reading: schema }: Source<string, Schema>,
  reading: z.input<Schema>,
  now: Date,
): ProbeReport {
  const said = schema.parse(reading) as ProbeReport['reading'];
  return {
    probe: name,
    at: now.toISOString(),
    durationMs: 0,
    sha256: sha256Hex(canonicalText(said)),
    reading: said,
    error: null,
    unreadable: [],
  };
}
