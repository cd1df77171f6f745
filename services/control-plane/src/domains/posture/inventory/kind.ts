// One kind of the inventory: which probes tell it, and what they tell. Pure: the same reports, policy and time give the same
// items.
import type { InventoryFacts, InventoryKind, ProbeReport } from '@muster/contracts/posture';
import type { Circumstances } from '@muster/posture/check';
import type { Probe } from '@muster/posture/probe';
import type { z } from 'zod';

export interface FoundItem {
  readonly item: string;
  /** Where it stands in the list of the fleet. */
  readonly sort: string;
  readonly facts: InventoryFacts;
  /** Why somebody should look at it, whoever answers for it; null when nobody has to. */
  readonly attention: string | null;
  /** Somebody has to answer for it from the first day, not only when it is new. */
  readonly toExplain: boolean;
}

export interface Reading {
  readonly items: readonly FoundItem[];
  /** False: there may be more that could not be read. */
  readonly complete: boolean;
}

export interface KindDefinition {
  readonly kind: InventoryKind;
  readonly probes: readonly string[];
  /** null: nobody knows. */
  read(reports: ReadonlyMap<string, ProbeReport>, circumstances: Circumstances): Reading | null;
}

/** What a probe read last, when it could and when we understand it. */
export function readingOf<Schema extends z.ZodType>(
  probe: Probe<string, Schema>,
  reports: ReadonlyMap<string, ProbeReport>,
): z.output<Schema> | null {
  const report = reports.get(probe.name);
  if (report === undefined || report.error !== null) return null;
  const parsed = probe.reading.safeParse(report.reading);
  return parsed.success ? parsed.data : null;
}
