// Runs probes of the catalogue by name, one at a time: a scan may take longer, but never more than one program's worth of
// the server.
import type { ProbeReport } from '@muster/contracts/posture';
import { gatherReport } from '@muster/posture/gather';
import type { ProbedHost } from '@muster/posture/host';
import { probes } from '@muster/posture/probes';
import { redactDeep } from '../../link/redaction.ts';

export class ProbeRunner {
  readonly #host: ProbedHost;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: ProbedHost) {
    this.#host = host;
  }

  /** undefined: no such probe. */
  run(name: string): Promise<ProbeReport | undefined> {
    const probe = probes.find((one) => one.name === name);
    if (probe === undefined) return Promise.resolve(undefined);
    const turn = this.#turn.then(() => gatherReport(probe, this.#host, { now: Date.now, clean: redactDeep }));
    this.#turn = turn.catch(() => {
      // Whoever asked hears of it; the next probe has its own turn.
    });
    return turn;
  }
}
