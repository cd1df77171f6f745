// Many dashboards in one process: their sockets, signed in as one person, and when each of them heard. Beside them the peer, a
// bare socket.io server with as many sockets.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Hint } from '@muster/contracts/live';
import { newId } from '@muster/kernel/ids';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';

export type PagesOrder =
  | { do: 'open'; many: number }
  | { do: 'listen'; topic: string }
  | { do: 'tell' }
  | { do: 'bare'; many: number; changes: number }
  | { do: 'stall' }
  | { do: 'unstall' };
/** Milliseconds: moments since 1970, or how long each took. */
export interface PagesAnswer {
  heard: number[];
  shed: boolean;
}

const TOPICS = ['fleet', 'servers', 'bans', 'operations'];
const DEADLINE_MS = 20_000;
const PAUSE_MS = 20;
const NOTHING: PagesAnswer = { heard: [], shed: false };
const [url = '', credentials = '{}'] = process.argv.slice(2);
const headers = { ...(JSON.parse(credentials) as Record<string, string>), origin: new URL(url).origin };
let pages: Socket[] = [];
let hearing: Promise<number[]> = Promise.resolve([]);
let stalled: { page: Socket; wire: { pause(): void; resume(): void }; asking: NodeJS.Timeout } | undefined;

process.on('message', (order: PagesOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.once('SIGTERM', () => process.exit(0));

async function obey(order: PagesOrder): Promise<PagesAnswer> {
  switch (order.do) {
    case 'open':
      pages = await Promise.all(Array.from({ length: order.many }, () => opened(url, headers)));
      for (const page of pages) await page.emitWithAck('subscribe', { topics: TOPICS });
      return NOTHING;
    case 'listen':
      hearing = Promise.all(pages.map((page) => heardBy(page, order.topic)));
      return NOTHING;
    case 'tell':
      return { ...NOTHING, heard: await hearing };
    case 'bare':
      return { ...NOTHING, heard: await bare(order.many, order.changes) };
    case 'stall':
      return stall();
    case 'unstall':
      return unstall();
  }
}

/** Moment at which this page hears of the topic. */
function heardBy(page: Socket, topic: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`A page did not hear of ${topic}.`)), DEADLINE_MS);
    const hear = (hint: Hint): void => {
      if (hint.topic !== topic) return;
      clearTimeout(late);
      page.off('hint', hear);
      resolve(now());
    };
    page.on('hint', hear);
  });
}

async function opened(address: string, extraHeaders: Record<string, string>): Promise<Socket> {
  const socket = io(address, { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return socket;
}

/** One more page takes nothing from its connection any more and goes on asking, so that answers pile up for it. */
async function stall(): Promise<PagesAnswer> {
  const page = await opened(url, headers);
  const wire = Reflect.get(Object(Reflect.get(page.io.engine.transport, 'ws')), '_socket') as {
    pause(): void;
    resume(): void;
  };
  wire.pause();
  const topics = Array.from({ length: 20 }, () => `server:${newId()}`);
  const asking = setInterval(() => {
    for (let question = 0; question < 10; question += 1) page.emit('subscribe', { topics }, () => undefined);
  }, 10);
  stalled = { page, wire, asking };
  return NOTHING;
}

async function unstall(): Promise<PagesAnswer> {
  if (stalled === undefined) return NOTHING;
  const { page, wire, asking } = stalled;
  stalled = undefined;
  clearInterval(asking);
  const ended = new Promise<true>((resolve) => page.on('disconnect', () => resolve(true)));
  wire.resume();
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), DEADLINE_MS));
  const shed = !page.connected || (await Promise.race([ended, late]));
  page.disconnect();
  return { heard: [], shed };
}

/** Milliseconds from the emit to each socket of a server that does nothing else. */
async function bare(many: number, changes: number): Promise<number[]> {
  const http = createServer();
  const server = new Server(http, { transports: ['websocket'], serveClient: false });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const sockets = await Promise.all(Array.from({ length: many }, () => opened(address, {})));
  const took: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const heard = Promise.all(sockets.map((socket) => heardBy(socket, 'servers')));
    const sent = now();
    server.emit('hint', { topic: 'servers', epoch: '', prev: 0, revision: 1, position: null, at: '' } satisfies Hint);
    took.push(...(await heard).map((at) => at - sent));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  for (const socket of sockets) socket.disconnect();
  await server.close();
  return took;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
