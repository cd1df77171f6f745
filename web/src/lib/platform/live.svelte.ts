// The live line. The socket carries hints, never facts: a hint makes the views that watch its topic ask again. A jump in
// revisions, a new epoch or a new connection makes the page ask `/api/sync`, so that nothing is missed silently.
import { hint as hintSchema, liveBeat, subscribed, syncAnswer } from '@muster/contracts/live';
import { io, type Socket } from 'socket.io-client';
import { query, read, unattended } from './api.ts';
import { clock } from './clock.svelte.ts';
import {
  evolveLine,
  judgeHint,
  livenessAt,
  openLine,
  type Cursor,
  type Line,
  type LineEvent,
  type Liveness,
} from './liveness.ts';

interface Watched {
  readonly listeners: Set<() => void>;
  cursor: Cursor | null;
  /** Since when answers are shown that hints did not watch over; `performance.now()`. */
  unwatchedSince: number;
}

class Live {
  #line = $state.raw<Line>(openLine(Date.now()));
  #socket: Socket | null = null;
  readonly #topics = new Map<string, Watched>();
  #subscribeTimer: ReturnType<typeof setTimeout> | null = null;
  /** Recorded events, from the newest beat. */
  ledgerSize = $state<number | null>(null);

  get state(): Liveness {
    return livenessAt(this.#line, this.#browserNow());
  }
  get silentMs(): number {
    return this.#browserNow() - (this.#line.lastBeatAt ?? this.#line.openedAt);
  }
  get tries(): number {
    return this.#line.tries;
  }
  /** When the newest beat arrived, in the control plane's time. */
  get lastBeat(): Date | null {
    return this.#line.lastBeatAt === null ? null : new Date(this.#line.lastBeatAt);
  }

  #browserNow(): number {
    return clock.now.getTime();
  }

  #take(event: LineEvent): void {
    this.#line = evolveLine(this.#line, event);
  }

  connect(): void {
    if (this.#socket !== null) return;
    this.#line = openLine(clock.read());
    const socket = io({ transports: ['websocket'], reconnectionDelayMax: 5000, withCredentials: true });
    this.#socket = socket;
    socket.on('connect', () => {
      this.#beat();
      this.#subscribe([...this.#topics.keys()]);
    });
    socket.on('beat', (message: unknown) => {
      const parsed = liveBeat.safeParse(message);
      if (!parsed.success) return;
      clock.agree(new Date(parsed.data.at));
      this.ledgerSize = parsed.data.size;
      this.#beat();
    });
    socket.on('hint', (message: unknown) => {
      const parsed = hintSchema.safeParse(message);
      if (parsed.success) this.#hinted(parsed.data.topic, parsed.data);
    });
    socket.on('access', () => void this.#accessChanged());
    socket.on('disconnect', () => this.#take({ kind: 'lost', at: clock.read() }));
    socket.io.on('reconnect_attempt', () => this.#take({ kind: 'try', at: clock.read() }));
  }

  disconnect(): void {
    this.#socket?.disconnect();
    this.#socket = null;
  }

  /** "Try now". */
  retry(): void {
    this.#take({ kind: 'try', at: clock.read() });
    this.#socket?.disconnect();
    this.#socket?.connect();
  }

  /** Calls `listener` when a topic changed. Returns the way to stop. */
  watch(topics: readonly string[], listener: () => void): () => void {
    for (const topic of topics) {
      const watched = this.#topics.get(topic) ?? {
        listeners: new Set(),
        cursor: null,
        unwatchedSince: performance.now(),
      };
      if (!this.#topics.has(topic)) {
        this.#topics.set(topic, watched);
        this.#subscribeSoon();
      }
      watched.listeners.add(listener);
    }
    return () => {
      for (const topic of topics) this.#topics.get(topic)?.listeners.delete(listener);
    };
  }

  #onAccess: () => Promise<unknown> = () => Promise.resolve();

  /** Called when what this person may see or do has changed, before the views ask again. */
  whenAccessChanges(handler: () => Promise<unknown>): void {
    this.#onAccess = handler;
  }

  async #accessChanged(): Promise<void> {
    await unattended(() => this.#onAccess()).catch(() => undefined);
    for (const watched of this.#topics.values()) {
      watched.cursor = null;
      watched.unwatchedSince = performance.now();
      this.#tell(watched);
    }
    this.#subscribe([...this.#topics.keys()]);
  }

  #beat(): void {
    this.#take({ kind: 'beat', at: clock.read() });
  }

  /** Topics of one page arrive together; they go out as one message. */
  #subscribeSoon(): void {
    this.#subscribeTimer ??= setTimeout(() => {
      this.#subscribeTimer = null;
      const fresh = [...this.#topics].filter(([, watched]) => watched.cursor === null).map(([topic]) => topic);
      this.#subscribe(fresh);
    }, 20);
  }

  #subscribe(topics: string[]): void {
    this.#forgetUnwatched();
    if (this.#socket?.connected !== true) return;
    const wanted = topics.filter((topic) => this.#topics.has(topic));
    for (let start = 0; start < wanted.length; start += 20) {
      this.#socket.emit('subscribe', { topics: wanted.slice(start, start + 20) }, (answer: unknown) => {
        const parsed = subscribed.safeParse(answer);
        if (!parsed.success) return;
        for (const { topic, revision, quietMs } of parsed.data.granted) {
          const watched = this.#topics.get(topic);
          if (watched === undefined) continue;
          const known = watched.cursor;
          if (known === null) {
            watched.cursor = { epoch: parsed.data.epoch, revision };
            // It changed after the page had asked and before anybody would have told it.
            if (quietMs <= performance.now() - watched.unwatchedSince) this.#tell(watched);
          } else if (known.epoch !== parsed.data.epoch || known.revision !== revision) void this.#sync(topic, watched);
        }
      });
    }
  }

  #forgetUnwatched(): void {
    for (const [topic, watched] of this.#topics) if (watched.listeners.size === 0) this.#topics.delete(topic);
  }

  #hinted(topic: string, step: { epoch: string; prev: number; revision: number }): void {
    this.#beat();
    const watched = this.#topics.get(topic);
    if (watched === undefined) return;
    switch (judgeHint(watched.cursor, step)) {
      case 'old':
        return;
      case 'next':
        watched.cursor = { epoch: step.epoch, revision: step.revision };
        this.#tell(watched);
        return;
      case 'gap':
        void this.#sync(topic, watched);
    }
  }

  async #sync(topic: string, watched: Watched): Promise<void> {
    const cursor = watched.cursor;
    try {
      const since = cursor?.revision ?? 0;
      const answer = await read(`/api/sync${query({ topic, epoch: cursor?.epoch ?? 'none', since })}`, syncAnswer);
      watched.cursor = { epoch: answer.epoch, revision: answer.revision };
      if (answer.changed) this.#tell(watched);
    } catch {
      // Not knowing whether something changed counts as changed; the view then shows what went wrong.
      this.#tell(watched);
    }
  }

  #tell(watched: Watched): void {
    for (const listener of watched.listeners) listener();
  }
}

export const live = new Live();
