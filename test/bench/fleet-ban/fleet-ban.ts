// A block that the API accepted, until nft holds it on twenty real servers: against twenty local `nft add` in a row, which
// nothing that runs them one by one can beat, and against Ansible with warm, pipelined connections.
import { randomInt } from 'node:crypto';
import { BlockAddress } from '@muster/contracts/bans';
import type { ApiClient } from '../../support/api-client.ts';
import { compare, quantile, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { labOf } from '../lab.ts';
import { startAnsible } from './ansible.ts';
import { NftWatch } from './nft-watch.ts';

const SERVERS = 20;

export const fleetBan: Benchmark = {
  name: 'fleet-ban',
  sentence: `block accepted by the API until nft holds it on ${SERVERS} real servers`,
  run,
};

async function run(tools: BenchTools): Promise<Outcome[]> {
  const lab = await labOf('fleet-ban', { servers: SERVERS, port: 7430 }, tools);
  const watches = lab.servers.map(({ machine }) => new NftWatch(machine.container));
  tools.cleanUp(async () => watches.forEach((watch) => watch.stop()));
  await Promise.all(watches.map((watch) => watch.started()));
  const api = await lab.signIn();
  const machines = lab.servers.map(({ machine }) => machine);
  const floorMachine = machines[0];
  if (floorMachine === undefined) throw new Error('A lab without servers.');

  await floorMachine.sh(
    'nft add table inet floor; nft add set inet floor bans "{ type ipv4_addr; flags timeout; timeout 1h; }"',
  );
  const serialFloor = async (): Promise<number> => {
    const base = randomInt(1, 200);
    const adds = Array.from(
      { length: SERVERS },
      (_, index) => `nft add element inet floor bans "{ 192.0.2.${base + index} }"`,
    );
    const line = `nft flush set inet floor bans; a=$(date +%s%N); ${adds.join('; ')}; b=$(date +%s%N); echo $(( (b - a) / 1000 ))`;
    return Number(await floorMachine.sh(line)) / 1000;
  };
  const ours = (fraction: number) => async (): Promise<number> =>
    quantile(await blockEverywhere(api, watches), fraction);

  const outcomes = [
    await compare(
      {
        name: 'fleet-ban',
        measure: `p99 over ${SERVERS} servers against ${SERVERS} serial local nft add`,
        unit: 'ms',
        ratioOf: 'ours/theirs',
        target: { atMost: 1.6 },
        ours: ours(0.99),
        theirs: serialFloor,
      },
      tools,
    ),
  ];
  const ansible = await startAnsible(lab, machines, tools);
  outcomes.push(
    await compare(
      {
        name: 'fleet-ban',
        measure: 'last server, against warm pipelined Ansible',
        unit: 'ms',
        ratioOf: 'theirs/ours',
        target: { atLeast: 12 },
        ours: ours(1),
        theirs: () => ansible.addEverywhere(),
      },
      tools,
    ),
  );
  return outcomes;
}

/** Milliseconds from the API's answer to the element in nft, one per server. */
async function blockEverywhere(api: ApiClient, watches: readonly NftWatch[]): Promise<number[]> {
  const range = `203.0.113.${randomInt(1, 255)}`;
  const seen = watches.map((watch) => watch.untilAdded(range));
  await api.call(BlockAddress, { range, target: { kind: 'fleet' }, seconds: 3600, reason: 'Benchmark' });
  const acceptedAt = performance.now();
  // The first servers may hold it before the API's answer is read; that is no negative time.
  return (await Promise.all(seen)).map((at) => Math.max(0, at - acceptedAt));
}
