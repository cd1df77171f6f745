// Which ports answer: those that the server says it listens on, and those that nobody should reach.
import type { PortState } from '@muster/posture/outside/ports';
import { posturePolicy } from '@muster/posture/policy';
import type { OwnAddress } from './own-addresses.ts';
import { reach, type Patience } from './reach.ts';
import { severalAtOnce } from './several-at-once.ts';

const MOST_LISTENING = 60;
const AT_ONCE = 32;
/** What services and attackers use most, beside the data and panel ports of the policy. */
const WELL_KNOWN = [
  ...[21, 22, 23, 25, 53, 80, 110, 111, 139, 143, 443, 445, 465, 587, 873, 993, 995, 1433, 1521, 2049, 2222, 3389],
  ...[4444, 5900, 5985, 6443, 7000, 8000, 8080, 8081, 8888, 9000, 10250, 11434],
];

export const portsToTry = (listening: readonly number[] | null): number[] => [
  ...new Set([
    ...WELL_KNOWN,
    ...Object.keys(posturePolicy.dataPorts).map(Number),
    ...Object.keys(posturePolicy.panelPorts).map(Number),
    ...(listening ?? []).filter((port) => port > 0).slice(0, MOST_LISTENING),
  ]),
];

export interface TriedPort {
  readonly address: OwnAddress;
  readonly port: number;
  readonly state: PortState;
}

export function tryPorts(
  addresses: readonly OwnAddress[],
  ports: readonly number[],
  patience: Patience,
  until: number,
): Promise<TriedPort[]> {
  const all = addresses.flatMap((address) => ports.map((port) => ({ address, port })));
  return severalAtOnce(all, { most: AT_ONCE, until }, async ({ address, port }) => ({
    address,
    port,
    state: await stateOf(address, port, patience),
  }));
}

async function stateOf(address: OwnAddress, port: number, patience: Patience): Promise<PortState> {
  const answer = await reach(address, port, patience);
  if (typeof answer === 'string') return answer;
  answer.destroy();
  return 'open';
}
