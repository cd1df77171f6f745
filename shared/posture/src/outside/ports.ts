// Ports that answer from outside, and which addresses of the server were looked at.
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

const probedPort = z.strictObject({
  address: said(64),
  port: z.int().min(1).max(65_535),
  /** closed: the server itself said no. silent: nobody answered, as behind a firewall. */
  state: z.enum(['open', 'closed', 'silent']),
});
export type PortState = z.infer<typeof probedPort>['state'];

const reading = z.strictObject({
  /** Addresses that the server has or seems to have; `refused` says why one was not looked at. */
  addresses: z.array(z.strictObject({ address: said(64), refused: said(200).nullable() })).max(32),
  /** Ports of TCP on which the server said it listens to the world, when it was looked at; null: it had not said. */
  said: z.array(z.int().min(0).max(65_535)).max(1024).nullable(),
  ports: z.array(probedPort).max(2000),
  /** Not tried in time. */
  left: z.int().nonnegative(),
});
export type PortsFromOutside = z.output<typeof reading>;

export const outsidePorts = {
  name: 'outside-ports',
  sentence: 'Which ports answer at the public addresses of the server',
  reading,
} satisfies Source;

/** Addresses that were looked at. */
export const lookedAt = ({ addresses }: PortsFromOutside): string[] =>
  addresses.flatMap(({ address, refused }) => (refused === null ? [address] : []));

/** How a port answered: open where any address did; null when it was not tried. */
export function answerOf({ ports }: PortsFromOutside, port: number): PortState | null {
  const tried = ports.filter((one) => one.port === port);
  return (['open', 'closed', 'silent'] as const).find((state) => tried.some((one) => one.state === state)) ?? null;
}

/**
 * Beside what the server says now, for the evidence of a check. That a port did not answer tells something only when the
 * server listened on it at that time.
 */
export function seenInWords(reading: PortsFromOutside | null, port: number): string {
  const answer = reading === null ? null : answerOf(reading, port);
  if (answer === 'open') return 'open';
  return answer === null || reading?.said?.includes(port) !== true ? 'not tried' : 'does not answer';
}
