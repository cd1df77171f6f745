// What domains do with what arrives over the link. The link itself knows frames, not meanings.
import type { AgentFeature, BatchBody, FromAgent } from '@muster/contracts/agent';
import { Injectable } from '@nestjs/common';

/** A server whose agent has proved its key. */
export interface LinkedServer {
  readonly serverId: string;
  readonly tenantId: string;
  /** Verifies receipts; null when the server has no root helper. */
  readonly hostKey: string | null;
  readonly agentKey: string;
  readonly confirmed: boolean;
}

type Frame<T extends FromAgent['t']> = Extract<FromAgent, { t: T }>;
/** What an agent said when it proved itself. */
export type Greeting = Frame<'hello'>;
export type GreetingHandler = (server: LinkedServer, greeting: Greeting) => Promise<void>;
export const speaks = (greeting: Greeting, feature: AgentFeature): boolean =>
  greeting.speaks?.includes(feature) ?? false;
type Items<K extends BatchBody['kind']> = Extract<BatchBody, { kind: K }>['items'];
export type FrameHandler<T extends FromAgent['t']> = (server: LinkedServer, frame: Frame<T>) => Promise<void>;
/** Stores a batch. Called once per sequence number unless it throws; then the agent sends it again. */
export type BatchHandler<K extends BatchBody['kind']> = (
  server: LinkedServer,
  items: Items<K>,
  seq: number,
) => Promise<void>;
type Anything = (server: LinkedServer, value: never, seq: never) => Promise<void>;

@Injectable()
export class LinkRegistry {
  readonly #frames = new Map<string, Anything>();
  readonly #batches = new Map<string, Anything>();
  readonly #greeted: GreetingHandler[] = [];
  readonly #connected: GreetingHandler[] = [];

  onFrame<T extends FromAgent['t']>(type: T, handler: FrameHandler<T>): void {
    this.#once(this.#frames, type, handler);
  }

  onBatch<K extends BatchBody['kind']>(kind: K, handler: BatchHandler<K>): void {
    this.#once(this.#batches, kind, handler);
  }

  /** The agent has proved itself; nothing is sent to it yet, and nobody knows that it is here. */
  onGreeted(handler: GreetingHandler): void {
    this.#greeted.push(handler);
  }

  /** After the handshake, before the first frame: whatever is open for this server is sent again. */
  onConnected(handler: GreetingHandler): void {
    this.#connected.push(handler);
  }

  async greeted(server: LinkedServer, greeting: Greeting): Promise<void> {
    for (const handler of this.#greeted) await handler(server, greeting);
  }

  async connected(server: LinkedServer, greeting: Greeting): Promise<void> {
    for (const handler of this.#connected) await handler(server, greeting);
  }

  async frame(server: LinkedServer, frame: FromAgent): Promise<void> {
    const handler = this.#frames.get(frame.t);
    if (!handler) throw new Error(`nothing handles the frame ${frame.t}`);
    await handler(server, frame as never, undefined as never);
  }

  async batch(server: LinkedServer, body: BatchBody, seq: number): Promise<void> {
    const handler = this.#batches.get(body.kind);
    if (!handler) throw new Error(`nothing handles batches of ${body.kind}`);
    await handler(server, body.items as never, seq as never);
  }

  #once(handlers: Map<string, Anything>, name: string, handler: Anything): void {
    if (handlers.has(name)) throw new Error(`two handlers for ${name}`);
    handlers.set(name, handler);
  }
}
