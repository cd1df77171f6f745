// The helper's socket. Reads requests, answers them, pushes what happens to tasks. Survives whatever is sent to it.
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { readLines } from './line-socket.ts';
import { MAX_CONNECTIONS, MAX_LINE_BYTES, request } from './socket-protocol.ts';
import type { Answer, Operation, Reply, Request } from './socket-protocol.ts';

export type Handlers = {
  readonly [Op in Operation]: (request: Extract<Request, { op: Op }>) => Promise<Answer<Op>>;
};

/** Requests of one connection that may wait for an answer; more is a flood. */
const MAX_WAITING = 64;

export class PrivdSocket {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #handlers: Handlers;
  #waiting = 0;
  lastUsedAt = Date.now();

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** A path for development and tests, or the descriptor that systemd opened for us. */
  listen(where: { path: string } | { fd: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(where, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  push(message: Extract<Reply, { t: 'started' | 'receipt' | 'wanted' | 'scan' }>): void {
    for (const client of this.#clients) send(client, message);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#clients.add(socket);
    socket.on('close', () => this.#clients.delete(socket));
    socket.on('error', () => socket.destroy());
    let waiting = 0;
    const refuse = (code: string, reason: string): void => {
      send(socket, { t: 'error', id: null, code, reason });
      socket.end();
      socket.destroySoon();
    };
    readLines(
      socket,
      MAX_LINE_BYTES,
      (line) => {
        this.lastUsedAt = Date.now();
        const parsed = request.safeParse(parse(line));
        if (!parsed.success) {
          const [issue] = parsed.error.issues;
          send(socket, {
            t: 'error',
            id: null,
            code: 'malformed',
            reason: `${issue?.path.join('.') || 'request'}: ${issue?.message ?? ''}`.slice(0, 300),
          });
          return;
        }
        if (waiting >= MAX_WAITING) return refuse('busy', `More than ${MAX_WAITING} requests wait for an answer`);
        waiting += 1;
        this.#waiting += 1;
        void this.#answer(socket, parsed.data).finally(() => {
          waiting -= 1;
          this.#waiting -= 1;
          this.lastUsedAt = Date.now();
        });
      },
      () => refuse('too-long', `A request is longer than ${MAX_LINE_BYTES} bytes`),
    );
  }

  async #answer(socket: Socket, message: Request): Promise<void> {
    try {
      send(socket, { t: 'answer', id: message.id, answer: await this.#call(message) });
    } catch (error) {
      const code = error instanceof RefusedRequest ? error.code : 'broken';
      const reason = error instanceof Error ? error.message : 'unknown failure';
      send(socket, { t: 'error', id: message.id, code, reason: reason.slice(0, 300) });
    }
  }

  #call(message: Request): Promise<unknown> {
    const handlers = this.#handlers;
    switch (message.op) {
      case 'hello':
        return handlers.hello(message);
      case 'task':
        return handlers.task(message);
      case 'cancel':
        return handlers.cancel(message);
      case 'keyset':
        return handlers.keyset(message);
      case 'receipts':
        return handlers.receipts(message);
      case 'acknowledge':
        return handlers.acknowledge(message);
      case 'journal':
        return handlers.journal(message);
      case 'held':
        return handlers.held(message);
      case 'ports':
        return handlers.ports(message);
      case 'jails':
        return handlers.jails(message);
      case 'sites':
        return handlers.sites(message);
      case 'probe':
        return handlers.probe(message);
      case 'watch':
        return handlers.watch(message);
      case 'scanned':
        return handlers.scanned(message);
      case 'history':
        return handlers.history(message);
      case 'endorse':
        return handlers.endorse(message);
      case 'healthy':
        return handlers.healthy(message);
      case 'unavailable':
        return handlers.unavailable(message);
    }
  }
}

export class RefusedRequest extends Error {
  readonly code: string;
  constructor(code: string, reason: string) {
    super(reason);
    this.code = code;
  }
}

function send(socket: Socket, message: Reply): void {
  if (socket.destroyed) return;
  // A reader that does not read is cut off before its answers pile up here.
  if (socket.writableLength > 16 * MAX_LINE_BYTES) socket.destroy();
  else socket.write(`${JSON.stringify(message)}\n`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
