// Reports of real servers, played back from recordings, as their agents would send them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundSite } from '@muster/contracts/clients';
import type { ProbeReport } from '@muster/contracts/posture';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { gatherReport, reportOf } from '@muster/posture/gather';
import { outsidePorts } from '@muster/posture/outside/ports';
import { outsideTls } from '@muster/posture/outside/tls';
import { probes } from '@muster/posture/probes';
import type { z } from 'zod';
import { Player } from '@muster/posture/testing/tape';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import type { RunningMuster } from './running-muster.ts';

const FIXTURES = join(import.meta.dirname, '../../../../../shared/posture/src/fixtures');

/** Folders of recordings. */
export type Machine = 'debian-12-hardened' | 'debian-12-plain' | 'debian-12-weak' | 'debian-12-unprivileged';

export class ProbedServers {
  #seq = 0;

  constructor(private readonly muster: RunningMuster) {}

  async reportOf(machine: Machine, name: string): Promise<ProbeReport> {
    const probe = probes.find((one) => one.name === name);
    if (probe === undefined) throw new Error(`there is no probe ${name}`);
    const host = new Player(readFileSync(join(FIXTURES, machine, `${name}.txt`), 'utf8'));
    return gatherReport(probe, host, { now: Date.now, clean: (value) => value });
  }

  /** Judged at the next turn of the schedule, as if the last of them had come a while ago. */
  async report(serverId: string, ...items: readonly ProbeReport[]): Promise<void> {
    for (const item of items) await this.reportJustNow(serverId, item);
    await this.muster.superuser.query(
      `update muster.posture_judgements set due_at = due_at - interval '1 minute' where server_id = $1`,
      [serverId],
    );
  }

  /** Judged when the server has been quiet for a moment. */
  reportJustNow(serverId: string, item: ProbeReport): Promise<void> {
    return this.#say(serverId, { kind: 'posture', items: [item] });
  }

  /** All that its web server serves. */
  serve(serverId: string, sites: readonly FoundSite[]): Promise<void> {
    const at = new Date().toISOString();
    return this.#say(serverId, { kind: 'sites', items: [{ at, part: 0, parts: 1, sources: [], sites: [...sites] }] });
  }

  /** Of every probe of the catalogue. */
  reportsOf(machine: Machine): Promise<ProbeReport[]> {
    return Promise.all(probes.map(({ name }) => this.reportOf(machine, name)));
  }

  async scanned(serverId: string, machine: Machine): Promise<void> {
    await this.report(serverId, ...(await this.reportsOf(machine)));
  }

  /** As the prober hands it in: what is said is judged with what was seen. */
  async seenFromOutside(
    serverId: string,
    ports: z.input<typeof outsidePorts.reading>,
    tls: z.input<typeof outsideTls.reading>,
  ): Promise<void> {
    const gathering = { now: Date.now, clean: <Value>(value: Value): Value => value };
    const reports = [
      await reportOf(outsidePorts, () => Promise.resolve(ports), gathering),
      await reportOf(outsideTls, () => Promise.resolve(tls), gathering),
    ];
    const { superuser } = this.muster;
    await superuser.query(
      'insert into muster.posture_outside_turns (server_id, tenant_id, due_at) values ($1, $2, now())',
      [serverId, DEFAULT_TENANT],
    );
    await superuser.query('select muster.outside_keep($1, $2, 3600)', [serverId, JSON.stringify(reports)]);
  }

  async #say(serverId: string, batch: Parameters<LinkRegistry['batch']>[1]): Promise<void> {
    const server = { serverId, tenantId: DEFAULT_TENANT, hostKey: null, agentKey: '', confirmed: true };
    await this.muster.running.app.get(LinkRegistry).batch(server, batch, ++this.#seq);
  }
}
