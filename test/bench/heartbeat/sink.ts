// The peer: a WebSocket server that takes messages and does nothing with them. With `--dial PORT --many N` the other side: as
// many connections, each with one message of a heartbeat's size every ten seconds.
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const BEAT_MS = 10_000;
const DIALS_PER_SECOND = 400;
const { values } = parseArgs({
  options: {
    bind: { type: 'string', default: '127.0.0.1' },
    dial: { type: 'string' },
    many: { type: 'string', default: '0' },
  },
});
process.on('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));

if (values.dial === undefined) {
  const server = new WebSocketServer({ host: values.bind, port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', () => undefined));
  server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
} else {
  const text = JSON.stringify({ t: 'heartbeat', time: new Date().toISOString(), seenSize: 1, load1: 0.5, spooled: 0 });
  let open = 0;
  for (let index = 0; index < Number(values.many); index += 1) {
    const socket = new WebSocket(`ws://127.0.0.1:${values.dial}`, { perMessageDeflate: false });
    socket.on('open', () => {
      open += 1;
      if (open === Number(values.many)) process.send?.('open');
      setInterval(() => socket.send(text), BEAT_MS);
    });
    await sleep(1000 / DIALS_PER_SECOND);
  }
}
