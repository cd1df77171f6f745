// Somebody between a server and its control plane: hands everything on, except what a test puts in its place.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Instead = (path: string, honest: Buffer) => Buffer | string;

export class Mirror {
  readonly url: string;
  readonly #server: Server;
  instead: Instead = (_path, honest) => honest;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Listens on the host address that servers reach, at any port. */
  static async of(controlPlane: string): Promise<Mirror> {
    const { hostname } = new URL(controlPlane);
    const server = createServer((request, response) => {
      const path = request.url ?? '/';
      fetch(`${controlPlane}${path}`)
        .then(async (answer) => {
          const honest = Buffer.from(await answer.arrayBuffer());
          response.writeHead(answer.status).end(answer.ok ? mirror.instead(path, honest) : honest);
        })
        .catch((error: unknown) => response.writeHead(502).end(String(error)));
    });
    await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
    const { port } = server.address() as AddressInfo;
    const mirror = new Mirror(server, `http://${hostname}:${port}`);
    return mirror;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
