// The only paths at which a connection may become a WebSocket. Anything else that asks is answered and closed: an upgrade
// that nobody takes would stay open for ever.
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** The path of an upgrade request; undefined where the request names none, whatever a stranger wrote there. */
export function upgradePath(url: string | undefined): string | undefined {
  return URL.parse(url ?? '/', 'http://localhost')?.pathname;
}

export function refuseOtherUpgrades(server: Server, taken: readonly string[]): void {
  server.on('upgrade', (request, socket) => {
    const path = upgradePath(request.url);
    if (path === undefined || !taken.some((prefix) => path.startsWith(prefix))) refuseUpgrade(socket, 404, 'Not Found');
  });
}

/** `retryAfter`: seconds until it is worth asking again. */
export function refuseUpgrade(socket: Duplex, status: number, reason: string, retryAfter?: number): void {
  // Node takes its own listener off before it hands the socket over; a reset must not end the process.
  socket.on('error', () => socket.destroy());
  const later = retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`;
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${later}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  setTimeout(() => socket.destroy(), 1000).unref();
}
