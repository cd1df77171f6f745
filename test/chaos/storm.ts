// One run: the operator works, one fault follows the other, and after each everything that was accepted is looked at.
import { setTimeout as sleep } from 'node:timers/promises';
import { judge, isClean, untilSettled, type Findings, type World } from './checks.ts';
import { faultsOf, type Fault } from './faults.ts';
import { Operator, type Accepted } from './operator.ts';
import { Stage, type StageOptions } from './stage.ts';

const SETTLE_DEADLINE_MS = 90_000;
const OPERATOR_EVERY_MS = 200;
const BEFORE_MS = 500;
const AFTERMATH_MS = 1500;

export interface Outcome {
  readonly fault: string;
  /** Actions accepted while it lasted. */
  readonly actions: number;
  /** Requests that the operator had to send again. */
  readonly repeats: number;
  /** From the injection to the end of a block on the whole fleet that was asked for after it. */
  readonly recoveredMs: number | undefined;
  readonly findings: Findings;
}

export class Storm {
  readonly outcomes: Outcome[] = [];

  readonly stage: Stage;
  readonly operator: Operator;
  readonly faults: readonly Fault[];

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
      await fault.inject();
      // Work goes on through what the fault left behind.
      await sleep(AFTERMATH_MS);
    } finally {
      await operator.pause();
    }
    const probe = await operator.blockFleet();
    const over = await this.ended(probe);
    const recoveredMs = over ? Date.now() - began : undefined;
    await untilSettled(this.world(), SETTLE_DEADLINE_MS);
    const outcome: Outcome = {
      fault: fault.name,
      actions: operator.accepted.length - actions,
      repeats: operator.repeats - repeats,
      recoveredMs,
      findings: await judge(this.world()),
    };
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

  private async ended(probe: Accepted): Promise<boolean> {
    const world = { ...this.world(), accepted: [probe] };
    return (await untilSettled(world, SETTLE_DEADLINE_MS)) !== undefined;
  }

  private world(): World {
    const { stage, operator } = this;
    return {
      databaseUrl: stage.postgres.adminUrl,
      auditorUrl: stage.postgres.urlAs('muster_auditor'),
      trust: `${stage.installation.keys}/keyset.json`,
      accepted: operator.accepted,
      effects: () => stage.effects,
    };
  }
}
