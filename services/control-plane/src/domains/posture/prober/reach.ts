// The only place from which the prober connects to servers: by address, with a deadline for each step, and without
// believing that the other side ever ends what it says.
import { connect, type Socket } from 'node:net';
import type { PortState } from '@muster/posture/outside/ports';
import type { OwnAddress } from './own-addresses.ts';

export interface Patience {
  readonly connectMs: number;
  /** For whatever is said after the connection stands. */
  readonly answerMs: number;
}

export const PATIENCE: Patience = { connectMs: 3000, answerMs: 8000 };

/** A socket that stands, or how nobody answered. Whoever gets it destroys it. */
export function reach(
  address: OwnAddress,
  port: number,
  { connectMs }: Patience,
): Promise<Socket | Exclude<PortState, 'open'>> {
  const answer = Promise.withResolvers<Socket | Exclude<PortState, 'open'>>();
  const socket = connect({ host: address, port, autoSelectFamily: false });
  const late = setTimeout(() => {
    socket.destroy();
    answer.resolve('silent');
  }, connectMs);
  socket.once('connect', () => answer.resolve(socket));
  // It stays: an error after the answer must not end the process.
  socket.on('error', (error: NodeJS.ErrnoException) =>
    answer.resolve(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' ? 'closed' : 'silent'),
  );
  return answer.promise.finally(() => clearTimeout(late));
}

/** Ends the socket when the time is up, whatever it is doing. */
export async function within<Value>(socket: Socket, ms: number, work: Promise<Value>): Promise<Value> {
  const late = setTimeout(() => socket.destroy(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await work;
  } finally {
    clearTimeout(late);
  }
}
