// Servers of a spec on addresses of loopback, which count who came.
import { once } from 'node:events';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls, TLSSocket, createSecureContext, type TlsOptions } from 'node:tls';
import type { Issued } from './certificates.ts';

export class Listening {
  visits = 0;

  private constructor(private readonly server: Server) {}

  static async tcp(address: string, says: (socket: Socket) => void): Promise<Listening> {
    return Listening.#on(address, (serve) => createTcp(serve), says);
  }

  static async tls(address: string, options: TlsOptions, says: (socket: Socket) => void): Promise<Listening> {
    return Listening.#on(address, (serve) => createTls(options, serve), says);
  }

  static async #on(
    address: string,
    create: (serve: (socket: Socket) => void) => Server,
    says: (socket: Socket) => void,
  ): Promise<Listening> {
    const server = create((socket) => {
      socket.on('error', () => undefined);
      says(socket);
    });
    const listening = new Listening(server);
    server.on('connection', (socket: Socket) => {
      listening.visits += 1;
      socket.on('error', () => undefined);
    });
    server.listen(0, address);
    await once(server, 'listening');
    return listening;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
  }
}

/** Answers every request with this head, and nothing else. */
export const answering =
  (...head: readonly string[]) =>
  (socket: Socket): void => {
    socket.once('data', () => socket.end([...head, 'Content-Length: 0', '', ''].join('\r\n')));
  };

/** A mail server as far as STARTTLS goes. */
export const smtp =
  (issued: Issued) =>
  (socket: Socket): void => {
    socket.write('220 mail.spec ESMTP\r\n');
    socket.on('data', (said: Buffer) => {
      if (said.toString().startsWith('EHLO')) socket.write('250-mail.spec\r\n250-STARTTLS\r\n250 HELP\r\n');
      else if (said.toString().startsWith('STARTTLS')) {
        socket.removeAllListeners('data');
        socket.write('220 go ahead\r\n');
        new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(issued) }).on(
          'error',
          () => undefined,
        );
      }
    });
  };
