// The process full of agents, from outside.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchTools } from '../benchmark.ts';
import type { AgentsOrder, Begun } from './agents-process.ts';

export class Agents {
  private readonly child: ChildProcess;

  /** `perSecond`: how many dial in a second. */
  constructor(file: string, url: string, perSecond: number, tools: BenchTools) {
    const program = fileURLToPath(new URL('agents-process.ts', import.meta.url));
    this.child = fork(program, ['--file', file, '--url', url, '--per-second', String(perSecond)], {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
    });
    tools.cleanUp(() => this.stop());
  }

  /** Resolves when so many are connected; milliseconds it took. */
  async untilConnected(many: number, withinMs: number): Promise<number> {
    const began = performance.now();
    for (;;) {
      const connected = await this.ask<number>('connected');
      const took = performance.now() - began;
      if (connected === many) return took;
      if (took > withinMs) throw new Error(`${connected} of ${many} agents were connected after ${withinMs / 1000} s.`);
      await sleep(100);
    }
  }

  /** Tasks that began since the last time this was asked. */
  async tasks(): Promise<Begun[]> {
    return await this.ask('tasks');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }

  private async ask<Answer>(order: AgentsOrder): Promise<Answer> {
    const answer = once(this.child, 'message', { signal: AbortSignal.timeout(60_000) });
    this.child.send(order);
    const [message] = (await answer) as [Answer];
    return message;
  }
}
