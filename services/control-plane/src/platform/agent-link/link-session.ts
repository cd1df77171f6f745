// One proven connection to one agent. Frames are handled one after the other; a session that floods is paused, one that
// floods on is closed.
import type { ToAgent } from '@muster/contracts/agent';
import { newId } from '@muster/kernel/ids';
import type { WebSocket } from 'ws';
import type { LinkedServer } from './link-registry.ts';

/** Frames, and bytes of frames, waiting to be handled before the socket is paused. */
const BACKLOG = 256;
const BACKLOG_BYTES = 4 * 1024 * 1024;

export class LinkSession {
  readonly sessionId = newId();
  readonly server: LinkedServer;
  readonly bootId: string;
  readonly machineHash: string;
  readonly address: string;
  readonly #socket: WebSocket;
  #queue: Promise<void> = Promise.resolve();
  readonly #mayWait: number;
  #waiting = 0;
  #waitingBytes = 0;

  constructor(
    socket: WebSocket,
    server: LinkedServer,
    identity: { bootId: string; machineHash: string; address: string },
    mayWait: number,
  ) {
    this.#mayWait = mayWait;
    this.#socket = socket;
    this.server = server;
    this.bootId = identity.bootId;
    this.machineHash = identity.machineHash;
    this.address = identity.address;
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** False when the agent is gone or too slow to take more. */
  send(frame: ToAgent): boolean {
    if (!this.open) return false;
    if (this.#socket.bufferedAmount > this.#mayWait) {
      this.close(1013, 'too slow');
      return false;
    }
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  enqueue(bytes: number, work: () => Promise<void>, failed: (error: unknown) => void): void {
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    if (this.#waiting >= BACKLOG || this.#waitingBytes >= BACKLOG_BYTES) this.#socket.pause();
    this.#queue = this.#queue
      .then(work)
      .catch(failed)
      .finally(() => {
        this.#waiting -= 1;
        this.#waitingBytes -= bytes;
        const roomAgain = this.#waiting < BACKLOG / 2 && this.#waitingBytes < BACKLOG_BYTES / 2;
        if (roomAgain && this.#socket.isPaused) this.#socket.resume();
      });
  }

  /** Does the other end still answer? Tells a half-open connection from a second machine with the same identity. */
  alive(timeoutMs: number): Promise<boolean> {
    if (!this.open) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (answered: boolean): void => {
        clearTimeout(timer);
        this.#socket.off('pong', onPong);
        resolve(answered);
      };
      const onPong = (): void => finish(true);
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#socket.once('pong', onPong);
      this.#socket.ping();
    });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // A peer that does not answer the close is cut.
    setTimeout(() => this.#socket.terminate(), 2000).unref();
  }

  drained(): Promise<void> {
    return this.#queue;
  }
}
