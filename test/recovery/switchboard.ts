// Stands between an agent and its control plane, so that a test can cut the line, and put another control plane at its end
// without the agent noticing anything but a lost connection.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export class Switchboard {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((agent) => this.#through(agent));
  #target: number | null = null;

  static async open(): Promise<Switchboard> {
    const board = new Switchboard();
    await new Promise<void>((resolve) => board.#server.listen(0, '127.0.0.1', resolve));
    return board;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A port, or null: nobody answers. Lines that are open are cut. */
  plug(target: number | null): void {
    this.#target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.plug(null);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #through(agent: Socket): void {
    const target = this.#target;
    if (target === null) return void agent.destroy();
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [agent, far],
      [far, agent],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
