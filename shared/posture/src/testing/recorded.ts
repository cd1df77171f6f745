// What the probes make of the answers that were recorded of a server, as reports of it.
import type { ProbeReport } from '@muster/contracts/posture';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatherReport } from '../gather.ts';
import { probes } from '../probes.ts';
import { Player } from './tape.ts';

export const FIXTURES = join(import.meta.dirname, '../fixtures');
/** A day after the tapes were recorded. */
export const RECORDED_AT = new Date('2026-11-23T07:00:00Z');

/** `server` is a folder of the fixtures; probes without a tape in it are not reported. */
export async function recordedReports(server: string): Promise<Map<string, ProbeReport>> {
  const reports = new Map<string, ProbeReport>();
  for (const probe of probes) {
    const path = join(FIXTURES, server, `${probe.name}.txt`);
    if (!existsSync(path)) continue;
    const host = new Player(readFileSync(path, 'utf8'));
    reports.set(
      probe.name,
      await gatherReport(probe, host, { now: () => RECORDED_AT.getTime(), clean: (value) => value }),
    );
  }
  return reports;
}
