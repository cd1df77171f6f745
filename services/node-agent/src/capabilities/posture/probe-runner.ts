// Runs probes by name, one at a time: a scan may take longer, but never more than one program's worth of
// the server.
import type { ProbeReport } from '@muster/contracts/posture';
import { gatherReport } from '@muster/posture/gather';
import type { ProbedHost } from '@muster/posture/host';
import type { Probe } from '@muster/posture/probe';
import { redactDeep } from '../../link/redaction.ts';

export class ProbeRunner {
  readonly #probes: readonly Probe[];
  readonly #host: ProbedHost;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(probes: readonly Probe[], host: ProbedHost) {
    this.#probes = probes;
    this.#host = host;
  }

  /** undefined: no such probe. */
  run(name: string): Promise<ProbeReport | undefined> {
    const probe = this.#probes.find((one) => one.name === name);
    if (probe === undefined) return Promise.resolve(undefined);
    const turn = this.#turn.then(() => gatherReport(probe, this.#host, { now: Date.now, clean: redactDeep }));
    this.#turn = turn.catch(() => {
      // Whoever asked hears of it; the next probe has its own turn.
    });
    return turn;
  }
}
