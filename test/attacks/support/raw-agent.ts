// An agent's connection without an agent behind it: what is sent is what the attack wants to send.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toAgent, type KeySuccession, type ToAgent } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { newId } from '@muster/kernel/ids';
import { signFor } from '@muster/kernel/signing';
import { WebSocket } from 'ws';
import type { SimulatedIdentity } from '../../fleet/identity.ts';

export interface HelloOptions {
  machineHash?: string;
  bootId?: string;
  successions?: KeySuccession[];
}

export class RawAgent {
  readonly socket: WebSocket;
  readonly frames: ToAgent[] = [];
  closedWith: { code: number; reason: string } | undefined;

  /** `from`: a loopback address, so that one machine can play several. */
  constructor(gateway: string, from = '127.0.0.1', headers: Record<string, string> = {}) {
    const url = `${gateway.replace(/^http/, 'ws')}/agent/v1/link`;
    this.socket = new WebSocket(url, { localAddress: from, headers, perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => {
      const frame = toAgent.safeParse(JSON.parse(data.toString('utf8')));
      if (frame.success) this.frames.push(frame.data);
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code, reason) => (this.closedWith = { code, reason: reason.toString('utf8') }));
  }

  async until<T extends ToAgent['t']>(type: T, withinMs = 10_000): Promise<Extract<ToAgent, { t: T }>> {
    const found = await this.wait(() => this.frames.find((frame) => frame.t === type), `a ${type}`, withinMs);
    return found as Extract<ToAgent, { t: T }>;
  }

  async closed(withinMs = 15_000): Promise<{ code: number; reason: string }> {
    return await this.wait(() => this.closedWith, 'the end', withinMs);
  }

  /** Answers the challenge as this identity. */
  async hello(identity: SimulatedIdentity, options: HelloOptions = {}): Promise<void> {
    const { nonce: serverNonce } = await this.until('challenge');
    const nonce = randomBytes(32).toString('base64');
    const machineHash = options.machineHash ?? identity.machineHash;
    const bootId = options.bootId ?? newId();
    const said = { server: identity.server, serverNonce, agentNonce: nonce, machineHash, bootId };
    this.send({
      t: 'hello',
      v: 1,
      server: identity.server,
      nonce,
      proof: signFor('muster/hello/v1', identity.agentKey, canonicalBytes(said)),
      machineHash,
      bootId,
      agentVersion: '0.1.0',
      keysetSerial: 0,
      seen: { guard: 0, change: 0, job: 0 },
      openTasks: [],
      ...(options.successions === undefined ? {} : { successions: options.successions }),
    });
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  beat(): void {
    this.send({ t: 'heartbeat', time: new Date().toISOString(), seenSize: 0, load1: 0, spooled: 0 });
  }

  end(): void {
    this.socket.terminate();
  }

  private async wait<Found>(look: () => Found | undefined, what: string, withinMs: number): Promise<Found> {
    const until = Date.now() + withinMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > until) {
        const seen = this.frames.map((frame) => frame.t).join(', ');
        throw new Error(
          `No ${what} within ${withinMs / 1000} s; closed: ${JSON.stringify(this.closedWith)}; came: ${seen}`,
        );
      }
      await sleep(20);
    }
  }
}
