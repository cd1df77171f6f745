// Bounds what a stranger can hold open: connections in all and per address, and the time a request may take to arrive. A
// connection that is refused here costs a socket for a moment and nothing else.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ipRange, parseIpRange, rangeContains } from '@muster/kernel/ip-range';
import type { Settings } from '../config/settings.ts';

/** How often Node looks for requests that take too long. */
const CHECK_MS = 2000;
const LARGEST_HEADERS = 16 * 1024;

/** For the listener that Fastify makes. */
export function listenerOptions(settings: Settings) {
  const deadline = settings.MUSTER_LIMIT_REQUEST_SECONDS * 1000;
  return {
    bodyLimit: settings.MUSTER_LIMIT_BODY_BYTES,
    requestTimeout: deadline,
    // A peer that takes nothing of its answer for this long is cut off. A WebSocket lifts this when it is opened.
    connectionTimeout: 2 * deadline,
    http: {
      headersTimeout: Math.min(deadline, 15_000),
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: LARGEST_HEADERS,
    },
  };
}

export function limitConnections(server: Server, settings: Settings): void {
  const proxies = settings.MUSTER_TRUSTED_PROXIES.map((text) => ipRange(text));
  const open = new Map<string, number>();
  server.maxConnections = settings.MUSTER_LIMIT_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    const peer = parseIpRange(socket.remoteAddress ?? '');
    // Gone before it was looked at.
    if (!peer.ok) return void socket.destroy();
    if (proxies.some((proxy) => rangeContains(proxy, peer.range))) return;
    const address = peer.range.text;
    const mine = (open.get(address) ?? 0) + 1;
    if (mine > settings.MUSTER_LIMIT_CONNECTIONS_PER_ADDRESS) return void socket.destroy();
    open.set(address, mine);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
