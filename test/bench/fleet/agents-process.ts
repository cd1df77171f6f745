// Many agents in one process: the real link with its handshake, the real witness, and a host that verifies each envelope and
// signs each receipt. Says when each task would have begun.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { taskEnvelope } from '@muster/contracts/agent';
import { openIdentity } from '../../fleet/identity.ts';
import { SimulatedServer } from '../../fleet/simulated-server.ts';
import type { Member } from './members.ts';

export type AgentsOrder = 'connected' | 'tasks';
export interface Begun {
  server: string;
  lane: string;
  seq: number;
  task: string;
  args: unknown;
  /** Milliseconds since 1970, with fractions. */
  at: number;
}

const { values } = parseArgs({
  options: { file: { type: 'string' }, url: { type: 'string' }, 'per-second': { type: 'string', default: '400' } },
});
const { file = '', url = '' } = values;
const members = JSON.parse(readFileSync(file, 'utf8')) as Member[];
let begun: Begun[] = [];
const servers = members.map(
  (member) =>
    new SimulatedServer(openIdentity(member.name, member), {
      controlPlane: url,
      banEveryMs: 0,
      sendsFacts: false,
      onTask: ({ body }) => {
        const at = performance.timeOrigin + performance.now();
        const { server, lane, seq, task, args } = taskEnvelope.parse(
          JSON.parse(Buffer.from(body, 'base64').toString('utf8')),
        );
        begun.push({ server, lane, seq, task, args, at });
      },
      log: () => undefined,
    }),
);

process.on('message', (order: AgentsOrder) => {
  if (order === 'connected') process.send?.(servers.filter((server) => server.connected).length);
  if (order === 'tasks') {
    process.send?.(begun);
    begun = [];
  }
});
process.on('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));

const pauseMs = 1000 / Number(values['per-second']);
let next = performance.now();
for (const server of servers) {
  await server.start();
  // On a machine that does not keep up they dial more slowly. Catching up would take the turn from those who are in the
  // middle of their handshake, until none of them comes through.
  next = Math.max(next + pauseMs, performance.now());
  await sleep(next - performance.now());
}
