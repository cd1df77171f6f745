// Somebody who hears every word between a server and its gateway, in the clear and in both directions, and changes none.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

export class WireTap {
  /** What to put in the place of the control plane's address. */
  readonly url: string;
  /** Every frame of the server so far, oldest first. */
  readonly fromServer: string[] = [];
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.#sockets = new WebSocketServer({ server, perMessageDeflate: false });
    this.url = url;
  }

  /** Listens on the host address that servers reach, at any port. */
  static async before(controlPlane: string): Promise<WireTap> {
    const { hostname } = new URL(controlPlane);
    const server = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
    const { port } = server.address() as AddressInfo;
    const tap = new WireTap(server, `http://${hostname}:${port}`);
    tap.#sockets.on('connection', (agent, request) => {
      const gateway = new WebSocket(`${controlPlane.replace(/^http/, 'ws')}${request.url ?? '/'}`);
      relay(agent, gateway, (frame) => tap.fromServer.push(frame));
      relay(gateway, agent);
    });
    return tap;
  }

  async close(): Promise<void> {
    // What was upgraded is no connection of the HTTP server any more, and its close would wait for it.
    for (const agent of this.#sockets.clients) agent.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function relay(from: WebSocket, to: WebSocket, heard: (frame: string) => void = () => undefined): void {
  const early: RawData[] = [];
  const pass = (frame: RawData): void => to.send(frame, { binary: false });
  to.once('open', () => early.splice(0).forEach(pass));
  from.on('message', (frame: Buffer) => {
    heard(frame.toString('utf8'));
    if (to.readyState === WebSocket.CONNECTING) early.push(frame);
    else if (to.readyState === WebSocket.OPEN) pass(frame);
  });
  from.on('close', () => to.close());
  from.on('error', () => to.terminate());
}
