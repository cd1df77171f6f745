// Accepts agents: WebSocket upgrade, handshake in which both sides prove a key, then frames. Everything a stranger can
// do before they have proved who they are is bounded in bytes, time and number.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  fromAgent,
  HANDSHAKE_DEADLINE_MS,
  hello,
  MAX_FRAME_BYTES,
  MAX_HELLO_BYTES,
  type FromAgent,
  type KeySuccession,
  type ToAgent,
} from '@muster/contracts/agent';
import type { CapabilityName } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { harmlessText } from '@muster/kernel/harmless-text';
import { isDeeperThan } from '@muster/kernel/json-depth';
import { signFor, type SigningKey } from '@muster/kernel/signing';
import { Logger } from '@nestjs/common';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Trust } from '../keys/key-store.ts';
import { refuseUpgrade, upgradePath } from '../http/upgrades.ts';
import { provenKey } from './hello-proof.ts';
import type { Greeting, LinkedServer, LinkRegistry } from './link-registry.ts';
import { LinkSession } from './link-session.ts';
import { Returns } from './returns.ts';
import { TokenBucket } from './token-bucket.ts';

export const LINK_PATH = '/agent/v1/link';

/** A report of a probe is nested a handful of times. */
const MOST_LEVELS = 64;

type Goodbye = Extract<ToAgent, { t: 'goodbye' }>;

/** What the control plane knows of an agent that knocks. */
export interface KnownAgent extends LinkedServer {
  readonly machineHash: string;
  readonly status: 'welcome' | 'retired' | 'quarantined';
  readonly managed: readonly CapabilityName[];
  /** Keys that it had, oldest first: good for nothing but to notice who uses them. */
  readonly formerKeys: readonly string[];
  /** It was asked for a new key. */
  readonly rotation: string | null;
}

/** Answered by the domain that owns servers. */
export interface LinkAuthority {
  identify(serverId: string): Promise<KnownAgent | null>;
  /** The same identity from two machines: both are shut out until an operator has looked. */
  conflict(agent: KnownAgent, otherMachineHash: string): Promise<void>;
  opened(session: LinkSession, greeting: Greeting): Promise<void>;
  closed(session: LinkSession): Promise<void>;
}

/** What becomes of the keys that agents prove themselves with; answered by the same domain. */
export interface KeyAuthority {
  /**
   * A key that follows the present one was used for the first time: from when this resolves the old one is refused.
   * `refused`: it is another server's. `later`: it is recorded and not yet in force; the agent dials again.
   */
  follow(agent: KnownAgent, successions: readonly KeySuccession[]): Promise<KnownAgent | 'refused' | 'later'>;
  misused(agent: KnownAgent, key: string, address: string): Promise<void>;
}

export interface LinkLimits {
  /** Connections that have not proved a key: in all, and from one address. */
  readonly halfOpen: number;
  readonly halfOpenPerAddress: number;
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Bytes that may wait for a slow agent before it is shed. */
  readonly backlogBytes: number;
}

/** An agent that was away brings what it spooled: so many seconds of its rate at once. */
const BURST_SECONDS = 20;
/** How long an older session with the same identity is given to show that it is alive. */
const TWIN_CHECK_MS = 1500;

export interface LinkServerParts {
  readonly authority: LinkAuthority;
  readonly keys: KeyAuthority;
  readonly registry: LinkRegistry;
  readonly trust: Trust;
  readonly gatewayKey: SigningKey;
  readonly heartbeatSeconds: number;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly limits: LinkLimits;
}

export class LinkServer {
  readonly #log = new Logger('AgentLink');
  readonly #parts: LinkServerParts;
  readonly #limits: LinkLimits;
  readonly #sessions = new Map<string, LinkSession>();
  readonly #halfOpen = new Map<string, number>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  });
  readonly #returns = new Returns();
  #halfOpenTotal = 0;
  #closing = false;

  constructor(parts: LinkServerParts) {
    this.#parts = parts;
    this.#limits = parts.limits;
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      if (upgradePath(request.url) === LINK_PATH) this.#upgrade(request, socket, head);
    });
  }

  session(serverId: string): LinkSession | undefined {
    const session = this.#sessions.get(serverId);
    return session?.open ? session : undefined;
  }

  sessions(): IterableIterator<LinkSession> {
    return this.#sessions.values();
  }

  /** Ends a server's connection, saying why. */
  dismiss(serverId: string, code: Goodbye['code'], reason: string): void {
    const session = this.#sessions.get(serverId);
    session?.send({ t: 'goodbye', code, reason });
    session?.close(4000, code);
  }

  /** Agents that were admitted and have not left. */
  get connected(): number {
    return this.#sessions.size;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const open = [...this.#sessions.values()];
    for (const session of open) {
      session.send({ t: 'goodbye', code: 'shutdown', reason: 'This gateway stops; dial again' });
      session.close(1001, 'shutdown');
    }
    await Promise.all(open.map((session) => session.drained()));
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = this.#parts.addressOf(request);
    const mine = this.#halfOpen.get(address) ?? 0;
    // A browser always sends Origin, an agent never does.
    if (request.headers.origin !== undefined) return refuseUpgrade(socket, 403, 'Agents only');
    if (this.#closing) return refuseUpgrade(socket, 503, 'Busy');
    if (this.#halfOpenTotal >= this.#limits.halfOpen || mine >= this.#limits.halfOpenPerAddress) {
      return refuseUpgrade(socket, 503, 'Busy', this.#returns.next(performance.now()));
    }
    this.#halfOpenTotal++;
    this.#halfOpen.set(address, mine + 1);
    const endMeter = limitBytes(socket, head.length);
    let counted = true;
    const proven = (): void => {
      if (!counted) return;
      counted = false;
      endMeter();
      this.#halfOpenTotal--;
      const left = (this.#halfOpen.get(address) ?? 1) - 1;
      if (left > 0) this.#halfOpen.set(address, left);
      else this.#halfOpen.delete(address);
    };
    socket.once('close', proven);
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#greet(ws, address, proven));
  }

  #greet(ws: WebSocket, address: string, proven: () => void): void {
    const nonce = randomBytes(32).toString('base64');
    const deadline = setTimeout(() => bye(ws, 'protocol', 'No hello in time'), HANDSHAKE_DEADLINE_MS);
    ws.on('error', () => ws.terminate());
    ws.once('close', () => clearTimeout(deadline));
    ws.once('message', (data, isBinary) => {
      clearTimeout(deadline);
      this.#admit(ws, address, nonce, data, isBinary)
        .then(() => proven())
        .catch((error: unknown) => {
          this.#log.error(`a handshake from ${address} failed: ${String(error)}`);
          bye(ws, 'protocol', 'The handshake could not be completed');
        });
    });
    ws.send(JSON.stringify({ t: 'challenge', v: 1, nonce, time: new Date().toISOString() } satisfies ToAgent));
  }

  async #admit(ws: WebSocket, address: string, nonce: string, data: RawData, isBinary: boolean): Promise<void> {
    const greeting = isBinary ? undefined : hello.safeParse(parseJson(data)).data;
    if (!greeting) return bye(ws, 'protocol', 'That is not a hello');
    const { authority, registry, trust, gatewayKey } = this.#parts;
    const enrolled = await authority.identify(greeting.server);
    const proven = enrolled === null ? undefined : provenKey(enrolled, greeting, nonce);
    if (enrolled !== null && proven?.is === 'former') await this.#parts.keys.misused(enrolled, proven.key, address);
    // The same answer for an unknown server, a wrong proof and a key of old: a stranger learns nothing.
    const unknown = (): void => bye(ws, 'unknown', 'This identity is not enrolled here');
    if (enrolled === null || proven === undefined || proven.is === 'former') return unknown();
    if (enrolled.status === 'retired') return bye(ws, 'retired', 'This server was retired');
    if (enrolled.status === 'quarantined') {
      return bye(ws, 'quarantined', 'This identity was used from two machines. An operator has to look');
    }
    if (await this.#isTwin(enrolled, greeting))
      return bye(ws, 'quarantined', 'This identity is in use on another machine');
    const known = proven.is === 'present' ? enrolled : await this.#parts.keys.follow(enrolled, proven.successions);
    if (known === 'refused') return unknown();
    if (known === 'later') return bye(ws, 'busy', 'The new key is not yet in force; dial again');
    const session = new LinkSession(ws, known, { ...greeting, address }, this.#limits.backlogBytes);
    this.#sessions.get(known.serverId)?.close(4001, 'replaced');
    this.#sessions.set(known.serverId, session);
    ws.once('close', () => this.#ended(session));
    ws.on('message', this.#receiver(session));
    await registry.greeted(known, greeting);
    await authority.opened(session, greeting);
    session.send({
      t: 'welcome',
      session: session.sessionId,
      time: new Date().toISOString(),
      keyset: trust.signed,
      gatewayKey: gatewayKey.keyId,
      proof: signFor(
        'muster/welcome/v1',
        gatewayKey,
        canonicalBytes({ nonce: greeting.nonce, server: known.serverId, session: session.sessionId }),
      ),
      managed: [...known.managed],
      heartbeatSeconds: this.#parts.heartbeatSeconds,
      confirmed: known.confirmed,
    });
    // In the session's own queue, so that it really comes before the first frame: a beat would be too early for a witness
    // that has to hear of a new epoch first.
    session.enqueue(
      0,
      () => registry.connected(known, greeting),
      (error) => {
        this.#log.error(`${known.serverId} could not be told what is open for it: ${String(error)}`);
        session.close(1011, 'try again');
      },
    );
  }

  async #isTwin(known: KnownAgent, greeting: Greeting): Promise<boolean> {
    const older = this.#sessions.get(known.serverId);
    const otherMachine = greeting.machineHash !== known.machineHash;
    // An agent that dials again has given its older connection up. Whatever still answers there is somebody else, and may
    // have copied the machine's and the boot's id along with the key.
    if (!otherMachine && !(await older?.alive(TWIN_CHECK_MS))) return false;
    await this.#parts.authority.conflict(known, greeting.machineHash);
    this.dismiss(known.serverId, 'quarantined', 'This identity is in use on another machine');
    return true;
  }

  #receiver(session: LinkSession): (data: RawData, isBinary: boolean) => void {
    const frames = new TokenBucket(this.#limits.framesPerSecond, BURST_SECONDS);
    const bytes = new TokenBucket(this.#limits.bytesPerSecond, BURST_SECONDS);
    return (data, isBinary) => {
      const size = sizeOf(data);
      if (!frames.take(1) || !bytes.take(size)) return session.close(1008, 'too many frames');
      const parsed = isBinary ? undefined : fromAgent.safeParse(parseJson(data));
      if (!parsed?.success) {
        const where = parsed?.error.issues[0];
        // Both may quote a name that the agent chose.
        const what = harmlessText(`${where?.path.join('.') ?? ''} ${where?.message ?? 'not text'}`);
        this.#log.warn(`${session.server.serverId} sent a frame that is not understood: ${what.slice(0, 300)}`);
        session.send({ t: 'goodbye', code: 'protocol', reason: 'A frame was not understood' });
        return session.close(1008, 'protocol');
      }
      session.enqueue(
        size,
        () => this.#handle(session, parsed.data),
        (error) => {
          this.#log.error(`${parsed.data.t} of ${session.server.serverId} could not be handled: ${String(error)}`);
          // The agent keeps what was not acknowledged and sends it again over a new connection.
          session.close(1011, 'try again');
        },
      );
    };
  }

  async #handle(session: LinkSession, frame: FromAgent): Promise<void> {
    if (frame.t === 'hello') return session.close(1008, 'protocol');
    if (frame.t !== 'batch') return this.#parts.registry.frame(session.server, frame);
    await this.#parts.registry.frame(session.server, frame);
    session.send({ t: 'batch-ack', seq: frame.seq });
  }

  #ended(session: LinkSession): void {
    if (this.#sessions.get(session.server.serverId) === session) this.#sessions.delete(session.server.serverId);
    this.#parts.authority
      .closed(session)
      .catch((error: unknown) => this.#log.error(`the end of a connection could not be noted: ${String(error)}`));
  }
}

/** Ends a stranger who sends more than a hello can be; the answer lifts the limit. */
function limitBytes(socket: Duplex, already: number): () => void {
  let seen = already;
  const meter = (chunk: Buffer): void => {
    seen += chunk.length;
    if (seen > MAX_HELLO_BYTES) socket.destroy();
  };
  socket.on('data', meter);
  return () => socket.off('data', meter);
}

function sizeOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;
}

/** undefined: no JSON, or nested so deeply that looking at it would end this process. */
function parseJson(data: RawData): unknown {
  try {
    const value: unknown = JSON.parse(
      Array.isArray(data) ? Buffer.concat(data).toString('utf8') : Buffer.from(data as Buffer).toString('utf8'),
    );
    return isDeeperThan(value, MOST_LEVELS) ? undefined : value;
  } catch {
    return undefined;
  }
}

function bye(ws: WebSocket, code: Goodbye['code'], reason: string): void {
  if (ws.readyState === ws.OPEN) ws.send(JSON.stringify({ t: 'goodbye', code, reason } satisfies ToAgent));
  ws.close(1008, code);
  setTimeout(() => ws.terminate(), 2000).unref();
}

/** The one LinkServer of this gateway. */
export const LINK_SERVER = Symbol('LINK_SERVER');
