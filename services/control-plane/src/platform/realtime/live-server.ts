// socket.io for pages: rooms are given by the server from the session, hints are coalesced, a slow page is dropped and
// asks again when it is back. A hint says that a topic changed, never what: the page reads with its own rights.
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { subscribe, type Hint } from '@muster/contracts/live';
import { newId } from '@muster/kernel/ids';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import type { subscribed, syncAnswer } from '@muster/contracts/live';
import type { HintBus } from '../event-store/index.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Authenticated, Authenticator } from '../http/authenticator.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import { Throttle } from '../http/throttle.ts';
import type { Authority } from '../cqrs/authority.ts';
import type { Principal } from '../cqrs/principal.ts';
import { LIVE_CHANGED, type LiveChange } from './live-hints.ts';
import { merged, Rooms } from './rooms.ts';

const COALESCE_MS = 250;
const BEAT_MS = 5000;
const MAX_TOPICS_PER_SOCKET = 200;
/** A page that has connected but not said who it is. */
const CONNECT_DEADLINE_MS = 10_000;
const PACE_WINDOW_MS = 60_000;

export const LIVE_PATH = '/socket.io/';

export interface LiveServerParts {
  readonly authenticator: Authenticator;
  readonly hints: HintBus;
  readonly publicUrl: string;
  readonly sourceOf: (request: IncomingMessage) => string;
  /** Events that have a position, as last seen in this process. */
  readonly size: () => number;
  /** Looks at how many there are now. Rejects while the database is away. */
  readonly lookAtSize: () => Promise<unknown>;
  /** Hint bus topic on which sessions and tokens end; payload `{ sessionId }`, the id of either. */
  readonly sessionEnded: string;
  readonly authority: Authority;
  /** Hint bus topic on which grants change; payload `{ holderIds }`, null for everybody's. */
  readonly grantsChanged: string;
  readonly socketsPerSession: number;
  /** Messages that may wait for a slow page before it is dropped. */
  readonly backlog: number;
  /** Topics that one session or token may ask for in a minute: each may cost a look into the database. */
  readonly topicsPerMinute: number;
}

interface Waiting {
  position: number | null;
  about: ReadonlySet<string> | 'everybody';
}

/** What a socket carries: who it is, and in which room it hears of which topic. */
interface Listening {
  who: Authenticated;
  readonly rooms: Map<string, string>;
}

export class LiveServer {
  readonly #parts: LiveServerParts;
  readonly #io: Server;
  readonly #epoch = newId();
  readonly #rooms: Rooms;
  readonly #pending = new Map<string, Waiting>();
  readonly #pace: Throttle;
  readonly #stops: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(server: HttpServer, parts: LiveServerParts) {
    this.#parts = parts;
    this.#rooms = new Rooms(parts.authority);
    this.#pace = new Throttle(parts.topicsPerMinute, PACE_WINDOW_MS);
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
      parts.hints.subscribe(parts.grantsChanged, (payload) => {
        const { holderIds } = payload as { holderIds: readonly string[] | null };
        for (const socket of this.#io.sockets.sockets.values()) {
          const { who } = socket.data as Listening;
          if (holderIds === null || holderIds.includes(who.principal.actor)) void this.#judgeAnew(socket);
        }
      }),
    );
    this.#beat = setInterval(() => void this.#sendBeat(), BEAT_MS);
  }

  /** What `/api/sync` answers: has the topic moved on since that revision of that epoch? null: not for this person. */
  async sync(
    topic: string,
    epoch: string,
    since: number,
    principal: Principal,
  ): Promise<z.output<typeof syncAnswer> | null> {
    const room = await this.#rooms.of(topic, principal);
    if ('why' in room) return null;
    const { revision } = room;
    return {
      topic,
      epoch: this.#epoch,
      revision,
      changed: epoch !== this.#epoch || revision !== since,
      at: new Date().toISOString(),
      size: this.#sizeFor(principal),
    };
  }

  get sockets(): number {
    return this.#io.engine.clientsCount;
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
    } catch (error) {
      problem = new Error(error instanceof Refusal ? error.code : 'unavailable');
    }
    next(problem);
  }

  /** Why this socket may not come in; undefined when it is in its session's room. */
  async #enter(socket: Socket): Promise<Error | undefined> {
    const { request } = socket;
    const who = await this.#parts.authenticator.authenticate(request, this.#parts.sourceOf(request));
    if (!who) return new Error('signed-out');
    const room = `session ${sessionOf(who)}`;
    const mine = this.#io.sockets.adapter.rooms.get(room)?.size ?? 0;
    if (mine >= this.#parts.socketsPerSession) return new Error('too-many');
    socket.data = { who, rooms: new Map() } satisfies Listening;
    await socket.join(room);
    return undefined;
  }

  #serve(socket: Socket): void {
    this.#beatTo(socket);
    socket.on('subscribe', (message: unknown, answer: unknown) => {
      const wanted = subscribe.safeParse(message);
      if (!wanted.success || typeof answer !== 'function') return;
      if (!this.#withinPace(socket, wanted.data.topics.length)) {
        // The transport, not the socket: a page comes back by itself, each time later.
        socket.conn.close(true);
        return;
      }
      this.#subscribe(socket, wanted.data.topics).then(
        (given) => answer(given),
        // Without an answer the page asks again when it is back.
        () => socket.conn.close(true),
      );
    });
  }

  #withinPace(socket: Socket, topics: number): boolean {
    const { who } = socket.data as Listening;
    return this.#pace.take(sessionOf(who), undefined, Math.max(1, topics));
  }

  async #subscribe(socket: Socket, wanted: readonly string[]): Promise<z.output<typeof subscribed>> {
    const listening = socket.data as Listening;
    const granted: z.output<typeof subscribed>['granted'] = [];
    const refused: { topic: string; why: string }[] = [];
    for (const topic of wanted) {
      const room = await this.#rooms.of(topic, listening.who.principal);
      if ('why' in room) refused.push({ topic, why: room.why });
      else if (listening.rooms.size > MAX_TOPICS_PER_SOCKET) {
        refused.push({ topic, why: 'This page follows too many topics' });
      } else {
        listening.rooms.set(topic, room.name);
        await socket.join(room.name);
        granted.push({ topic, revision: room.revision, quietMs: performance.now() - room.changedAt });
      }
    }
    return { granted, refused, epoch: this.#epoch };
  }

  /** Grants changed: rooms that are no longer this person's are left at once, and the page is told to ask again. */
  async #judgeAnew(socket: Socket): Promise<void> {
    const listening = socket.data as Listening;
    const who = await this.#parts.authenticator
      .authenticate(socket.request, this.#parts.sourceOf(socket.request))
      .catch(() => null);
    if (!who) {
      socket.disconnect(true);
      return;
    }
    listening.who = who;
    for (const [topic, name] of listening.rooms) {
      const room = await this.#rooms.of(topic, who.principal);
      if (!('why' in room) && room.name === name) continue;
      await socket.leave(name);
      listening.rooms.delete(topic);
    }
    socket.emit('access', { at: new Date().toISOString() });
  }

  #changed({ topic, position, about }: LiveChange): void {
    const before = this.#pending.get(topic);
    const newest = Math.max(position ?? -1, before?.position ?? -1);
    this.#pending.set(topic, { position: newest >= 0 ? newest : null, about: merged(before?.about, about) });
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
    for (const [topic, change] of changes) {
      // Who is concerned could not be found out: once more with the next ones.
      this.#tell(topic, change).catch(() => {
        this.#pending.set(topic, {
          ...change,
          about: merged(change.about, this.#pending.get(topic)?.about ?? 'fleet'),
        });
      });
    }
  }

  async #tell(topic: string, { position, about }: Waiting): Promise<void> {
    for (const room of await this.#rooms.concerned(topic, about)) {
      const prev = room.revision;
      room.revision += 1;
      room.changedAt = performance.now();
      const hint: Hint = {
        topic,
        epoch: this.#epoch,
        prev,
        revision: room.revision,
        // A position counts what happened everywhere.
        position: room.scopes.includes('fleet') ? position : null,
        at: new Date().toISOString(),
      };
      this.#io.to(room.name).emit('hint', hint);
    }
  }

  /** The engine's buffer has no end of its own. */
  #dropSlow(): void {
    for (const socket of this.#io.sockets.sockets.values()) {
      const waiting: unknown = Reflect.get(socket.conn, 'writeBuffer');
      if (Array.isArray(waiting) && waiting.length > this.#parts.backlog) {
        // At once, with what waits for it: a polite end would wait until it has been read.
        socket.conn.close(true);
      }
    }
  }

  async #sendBeat(): Promise<void> {
    if (this.#io.sockets.sockets.size === 0) return;
    // Another process may have appended them all. With the database away the newest size known is still a true one.
    await this.#parts.lookAtSize().catch(() => undefined);
    for (const socket of this.#io.sockets.sockets.values()) this.#beatTo(socket);
  }

  #beatTo(socket: Socket): void {
    const { who } = socket.data as Listening;
    socket.emit('beat', { at: new Date().toISOString(), size: this.#sizeFor(who.principal) });
  }

  #sizeFor({ grants = [] }: Principal): number | null {
    return grants.some(({ scope }) => scope === 'fleet') ? this.#parts.size() : null;
  }
}

/** A socket belongs to one session or one token. */
const sessionOf = ({ principal }: Authenticated): string => principal.sessionId ?? principal.tokenId ?? '';
