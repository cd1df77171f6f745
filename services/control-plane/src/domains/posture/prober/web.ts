// One request as a visitor makes it, to an address that was judged before. Only the head of the answer is read, and no
// redirect is followed: where it leads is the answer.
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { OwnAddress } from './own-addresses.ts';
import { reach, within, type Patience } from './reach.ts';
import { shake } from './tls.ts';

const MOST_HEADERS = 16 * 1024;

export interface Answered {
  readonly status: number;
  readonly location: string;
  readonly hsts: string | null;
}

export interface WebQuestion {
  readonly address: OwnAddress;
  readonly port: number;
  readonly name: string;
  readonly secure: boolean;
}

/** null: nobody answers there in words of HTTP. */
export async function askSite(question: WebQuestion, patience: Patience): Promise<Answered | null> {
  const socket = await connectionTo(question, patience);
  if (socket === null) return null;
  try {
    const { statusCode, headers } = await within(socket, patience.answerMs, headOf(socket, question.name));
    return {
      status: statusCode ?? 0,
      location: (headers.location ?? '').slice(0, 300),
      hsts: headers['strict-transport-security']?.slice(0, 200) ?? null,
    };
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

async function connectionTo({ address, port, name, secure }: WebQuestion, patience: Patience): Promise<Socket | null> {
  if (!secure) {
    const socket = await reach(address, port, patience);
    return typeof socket === 'string' ? null : socket;
  }
  const shaken = await shake({ address, port, name, greeting: null }, patience, 'TLSv1', 'TLSv1.3');
  return typeof shaken === 'string' ? null : shaken.socket;
}

function headOf(socket: Socket, name: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({
    createConnection: () => socket,
    path: '/',
    setHost: false,
    headers: { host: name, 'user-agent': 'Muster-prober', accept: '*/*', connection: 'close' },
    maxHeaderSize: MOST_HEADERS,
  })
    .once('response', resolve)
    .on('error', reject)
    .end();
  return promise;
}
