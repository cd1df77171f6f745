// socket.io for pages: rooms are given by the server from the session, hints are coalesced, a slow page is dropped and
// asks again when it is back. A hint says that a topic changed, never what: the page reads with its own rights.
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { liveTopics, queries, type PermissionDefinition } from '@muster/contracts';
import { subscribe, type Hint } from '@muster/contracts/live';
import { isUuid, newId } from '@muster/kernel/ids';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import type { subscribed, syncAnswer } from '@muster/contracts/live';
import type { HintBus } from '../event-store/index.ts';
import type { Authenticated, Authenticator } from '../http/authenticator.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import { LIVE_CHANGED, type LiveChange } from './live-hints.ts';

const COALESCE_MS = 250;
const BEAT_MS = 5000;
const MAX_TOPICS_PER_SOCKET = 200;
/** A page that has connected but not said who it is. */
const CONNECT_DEADLINE_MS = 10_000;

export const LIVE_PATH = '/socket.io/';

export interface LiveServerParts {
  readonly authenticator: Authenticator;
  readonly hints: HintBus;
  readonly publicUrl: string;
  readonly sourceOf: (request: IncomingMessage) => string;
  /** Events that have a position. */
  readonly size: () => number;
  /** Hint bus topic on which sessions end; payload `{ sessionId }`. */
  readonly sessionEnded: string;
  readonly socketsPerSession: number;
  /** Messages that may wait for a slow page before it is dropped. */
  readonly backlog: number;
}

export class LiveServer {
  readonly #parts: LiveServerParts;
  readonly #io: Server;
  readonly #epoch = newId();
  readonly #revisions = new Map<string, number>();
  readonly #pending = new Map<string, number | null>();
  readonly #stops: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(server: HttpServer, parts: LiveServerParts) {
    this.#parts = parts;
    this.#io = new Server(server, {
      path: LIVE_PATH,
      serveClient: false,
      connectTimeout: CONNECT_DEADLINE_MS,
      // A long poll would have to come back to the same API every time, and no proxy promises that.
      transports: ['websocket'],
      maxHttpBufferSize: 64 * 1024,
      // Readmission without the middleware would let an ended session in again.
      connectionStateRecovery: { skipMiddlewares: false },
      allowRequest: (request, decide) => {
        try {
          requireSameOrigin(request, parts.publicUrl);
          decide(null, true);
        } catch {
          decide('foreign origin', false);
        }
      },
    });
    this.#io.use((socket, next) => void this.#admit(socket, next));
    this.#io.on('connection', (socket) => this.#serve(socket));
    this.#stops.push(
      parts.hints.subscribe(LIVE_CHANGED, (change) => this.#changed(change as LiveChange)),
      parts.hints.subscribe(parts.sessionEnded, (payload) => {
        const { sessionId } = payload as { sessionId: string };
        this.#io.in(`session ${sessionId}`).disconnectSockets(true);
      }),
    );
    this.#beat = setInterval(() => this.#sendBeat(), BEAT_MS);
  }

  /** What `/api/sync` answers: has the topic moved on since that revision of that epoch? */
  sync(topic: string, epoch: string, since: number): z.output<typeof syncAnswer> {
    const revision = this.#revisions.get(topic) ?? 0;
    return {
      topic,
      epoch: this.#epoch,
      revision,
      changed: epoch !== this.#epoch || revision !== since,
      at: new Date().toISOString(),
      size: this.#parts.size(),
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    for (const stop of this.#stops) stop();
    await this.#io.close();
  }

  async #admit(socket: Socket, next: (problem?: Error) => void): Promise<void> {
    let problem: Error | undefined;
    try {
      problem = await this.#enter(socket);
    } catch {
      problem = new Error('unavailable');
    }
    next(problem);
  }

  /** Why this socket may not come in; undefined when it is in its session's room. */
  async #enter(socket: Socket): Promise<Error | undefined> {
    const { request } = socket;
    const who = await this.#parts.authenticator.authenticate(request, this.#parts.sourceOf(request));
    if (!who) return new Error('signed-out');
    const room = `session ${who.principal.sessionId ?? ''}`;
    const mine = this.#io.sockets.adapter.rooms.get(room)?.size ?? 0;
    if (mine >= this.#parts.socketsPerSession) return new Error('too-many');
    socket.data = { who };
    await socket.join(room);
    return undefined;
  }

  #serve(socket: Socket): void {
    const { who } = socket.data as { who: Authenticated };
    socket.emit('beat', this.#beatNow());
    socket.on('subscribe', (message: unknown, answer: unknown) => {
      const wanted = subscribe.safeParse(message);
      if (!wanted.success || typeof answer !== 'function') return;
      answer(this.#subscribe(socket, who, wanted.data.topics));
    });
  }

  #subscribe(socket: Socket, { principal }: Authenticated, wanted: readonly string[]): z.output<typeof subscribed> {
    const granted: { topic: string; revision: number }[] = [];
    const refused: { topic: string; why: string }[] = [];
    for (const topic of wanted) {
      const permission = permissionOf(topic);
      if (!permission || !principal.permissions.has(permission.name)) {
        refused.push({ topic, why: permission ? `needs ${permission.name}` : 'There is no such topic' });
      } else if (socket.rooms.size > MAX_TOPICS_PER_SOCKET) {
        refused.push({ topic, why: 'This page follows too many topics' });
      } else {
        void socket.join(topic);
        granted.push({ topic, revision: this.#revisions.get(topic) ?? 0 });
      }
    }
    return { granted, refused, epoch: this.#epoch };
  }

  #changed({ topic, position }: LiveChange): void {
    const newest = Math.max(position ?? -1, this.#pending.get(topic) ?? -1);
    this.#pending.set(topic, newest >= 0 ? newest : null);
    // The first change goes out soon, the next ones of the same quarter second together.
    this.#timer ??= setTimeout(() => this.#flush(), COALESCE_MS / 5);
  }

  #flush(): void {
    const changes = [...this.#pending];
    this.#pending.clear();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#pending.size > 0) this.#flush();
    }, COALESCE_MS);
    this.#dropSlow();
    for (const [topic, position] of changes) {
      const prev = this.#revisions.get(topic) ?? 0;
      this.#revisions.set(topic, prev + 1);
      const hint: Hint = {
        topic,
        epoch: this.#epoch,
        prev,
        revision: prev + 1,
        position,
        at: new Date().toISOString(),
      };
      this.#io.to(topic).emit('hint', hint);
    }
  }

  /** The engine's buffer has no end of its own. */
  #dropSlow(): void {
    for (const socket of this.#io.sockets.sockets.values()) {
      const waiting: unknown = Reflect.get(socket.conn, 'writeBuffer');
      if (Array.isArray(waiting) && waiting.length > this.#parts.backlog) socket.disconnect(true);
    }
  }

  #sendBeat(): void {
    this.#io.emit('beat', this.#beatNow());
  }

  #beatNow(): { at: string; size: number } {
    return { at: new Date().toISOString(), size: this.#parts.size() };
  }
}

/** Who may ask the query that a topic tells of may listen; undefined: there is no such topic. */
function permissionOf(topic: string): PermissionDefinition | undefined {
  const [name, subject, ...rest] = topic.split(':');
  if (rest.length > 0) return undefined;
  const definition = liveTopics.find(
    (known) => known.name === name && known.hasSubject === (subject !== undefined && isUuid(subject)),
  );
  return queries.find((query) => query.name === definition?.query)?.permission;
}
