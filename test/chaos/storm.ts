// One run: the operator works, one fault follows the other, and after each everything that was accepted is looked at.
import { setTimeout as sleep } from 'node:timers/promises';
import { carriesOut, judge, isClean, untilSettled, type Findings, type World } from './checks.ts';
import { faultsOf, type Fault } from './faults.ts';
import { Operator } from './operator.ts';
import type { Outage } from './oracle.ts';
import { Stage, type StageOptions } from './stage.ts';

const SETTLE_DEADLINE_MS = 90_000;
const OPERATOR_EVERY_MS = 200;
const BEFORE_MS = 500;
const AFTERMATH_MS = 1500;
const BETWEEN_PROBES_MS = 500;

export interface Outcome {
  readonly fault: string;
  /** Actions accepted while it lasted. */
  readonly actions: number;
  /** Requests that the operator had to send again. */
  readonly repeats: number;
  /** From the injection until a block on the whole fleet, asked for after it, had succeeded and was held once everywhere. */
  readonly recoveredMs: number | undefined;
  /** Tasks that the fault ended without success on a server that it hit. */
  readonly excused: number;
  readonly findings: Findings;
}

export class Storm {
  readonly outcomes: Outcome[] = [];

  readonly stage: Stage;
  readonly operator: Operator;
  readonly faults: readonly Fault[];
  private readonly outages: Outage[] = [];
  private excused = 0;

  private constructor(stage: Stage, operator: Operator, faults: readonly Fault[]) {
    this.stage = stage;
    this.operator = operator;
    this.faults = faults;
  }

  static async gather(options: StageOptions): Promise<Storm> {
    const stage = await Stage.build(options);
    try {
      await stage.untilManaged(60_000);
    } catch (error) {
      await stage.end();
      throw error;
    }
    return new Storm(stage, new Operator(stage.client, stage.servers, OPERATOR_EVERY_MS), faultsOf(stage));
  }

  /** Injects one fault while the operator works, waits until all is settled, and looks. */
  async strike(fault: Fault): Promise<Outcome> {
    const { operator } = this;
    const [actions, repeats] = [operator.accepted.length, operator.repeats];
    operator.begin();
    await sleep(BEFORE_MS);
    const began = Date.now();
    try {
      try {
        await fault.inject();
      } finally {
        this.outages.push(...outagesOf(fault, began, Date.now()));
      }
      // Work goes on through what the fault left behind.
      await sleep(AFTERMATH_MS);
    } finally {
      await operator.pause();
    }
    const recoveredMs = (await this.recovers()) ? Date.now() - began : undefined;
    await untilSettled(this.world(), SETTLE_DEADLINE_MS);
    const { findings, excused } = await judge(this.world());
    const outcome: Outcome = {
      fault: fault.name,
      actions: operator.accepted.length - actions,
      repeats: operator.repeats - repeats,
      recoveredMs,
      excused: excused.length - this.excused,
      findings,
    };
    this.excused = excused.length;
    this.outcomes.push(outcome);
    return outcome;
  }

  get clean(): boolean {
    return this.outcomes.every((outcome) => isClean(outcome.findings) && outcome.recoveredMs !== undefined);
  }

  async end(): Promise<void> {
    await this.operator.pause();
    await this.stage.end();
  }

  /**
   * A probe may be among the changes that no longer fit after an interrupted one and that a snapshot makes good; then the
   * next one is asked for. What fails for any other reason is a finding besides.
   */
  private async recovers(): Promise<boolean> {
    const until = Date.now() + SETTLE_DEADLINE_MS;
    do {
      const probe = await this.operator.blockFleet();
      if (await carriesOut(this.world(), probe, until - Date.now())) return true;
      await sleep(BETWEEN_PROBES_MS);
    } while (Date.now() < until);
    return false;
  }

  private world(): World {
    const { stage, operator } = this;
    return {
      databaseUrl: stage.postgres.adminUrl,
      auditorUrl: stage.postgres.urlAs('muster_auditor'),
      trust: `${stage.installation.keys}/keyset.json`,
      accepted: operator.accepted,
      effects: () => stage.effects,
      outages: this.outages,
    };
  }
}

function outagesOf({ hits = [] }: Fault, from: number, to: number): Outage[] {
  return hits.flatMap(({ group, cause }) => group.servers.map(({ server }) => ({ server, cause, from, to })));
}
