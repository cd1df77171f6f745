// The person at the desk who goes on working: blocks and lifts addresses through the API, and asks again with the same
// idempotency key until he has an answer. What was answered with "accepted" is the promise that is checked afterwards.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import type { z } from 'zod';
import type { CommandDefinition } from '@muster/contracts';
import { ApiProblem, type ApiClient } from '../support/api-client.ts';

export interface Accepted {
  readonly operationId: string;
  readonly kind: 'block' | 'lift';
  readonly range: string;
  /** Servers that must have it. */
  readonly servers: readonly string[];
  readonly at: number;
}

const ATTEMPTS_MS = 90_000;

export class Operator {
  readonly accepted: Accepted[] = [];
  /** Requests that had to be sent again. */
  repeats = 0;
  private readonly standing: { blockId: string; range: string; servers: readonly string[] }[] = [];
  private working = false;
  private done: Promise<void> = Promise.resolve();
  private next = 0;

  private readonly client: ApiClient;
  private readonly servers: readonly string[];
  private readonly everyMs: number;

  constructor(client: ApiClient, servers: readonly string[], everyMs: number) {
    this.client = client;
    this.servers = servers;
    this.everyMs = everyMs;
  }

  begin(): void {
    this.working = true;
    this.done = this.work();
  }

  /** Stops asking; resolves when the last question has its answer. */
  async pause(): Promise<void> {
    this.working = false;
    await this.done;
  }

  /** A block on the whole fleet, now. */
  async blockFleet(): Promise<Accepted> {
    return await this.block(this.servers, { kind: 'fleet' });
  }

  private async work(): Promise<void> {
    for (let turn = 0; this.working; turn += 1) {
      const began = Date.now();
      if (turn % 5 === 4 && this.standing.length > 20) await this.lift();
      else if (turn % 3 === 0) await this.blockFleet();
      else {
        const serverId = this.servers[turn % this.servers.length] ?? '';
        await this.block([serverId], { kind: 'server', serverId });
      }
      await sleep(Math.max(0, this.everyMs - (Date.now() - began)));
    }
  }

  private async block(
    servers: readonly string[],
    target: z.input<typeof BlockAddress.input>['target'],
  ): Promise<Accepted> {
    this.next += 1;
    // 198.18.0.0/15 is for tests of this kind (RFC 2544).
    const range = `198.${18 + (this.next >> 16)}.${(this.next >> 8) & 255}.${this.next & 255}`;
    const input = { range, target, seconds: null, reason: 'Under fire' };
    const { blockId, operationId } = await this.insist(BlockAddress, input);
    this.standing.push({ blockId, range, servers });
    return this.remember({ operationId, kind: 'block', range, servers, at: Date.now() });
  }

  private async lift(): Promise<void> {
    const one = this.standing.shift();
    if (one === undefined) return;
    const { operationId } = await this.insist(LiftBlock, { blockId: one.blockId, reason: 'Under fire' });
    this.remember({ operationId, kind: 'lift', range: one.range, servers: one.servers, at: Date.now() });
  }

  private remember(accepted: Accepted): Accepted {
    this.accepted.push(accepted);
    return accepted;
  }

  /** The same key until it is answered: whatever broke, it is one action. */
  private async insist<Input extends z.ZodType, Output extends z.ZodType>(
    action: CommandDefinition<string, Input, Output>,
    input: z.input<Input>,
  ): Promise<z.output<Output>> {
    const key = randomUUID();
    const until = Date.now() + ATTEMPTS_MS;
    for (;;) {
      try {
        return await this.client.call(action, input, key);
      } catch (error) {
        const refused = error instanceof ApiProblem && error.status < 500 && error.status !== 429;
        if (refused || Date.now() > until) throw error;
        this.repeats += 1;
        await sleep(250);
      }
    }
  }
}
