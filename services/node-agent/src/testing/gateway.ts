// The control plane's end of the wire for tests: real HTTP, real WebSocket, real signatures, nothing behind it. It records
// what an agent says and can be told to misbehave.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { enrolRequest, fromAgent } from '@muster/contracts/agent';
import type { BatchBody, FromAgent, Receipt, Signed, ToAgent } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { fingerprintOf, signFor, verifyFor } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { TestControlPlane } from './control-plane.ts';

type Items<Kind extends BatchBody['kind']> = Extract<BatchBody, { kind: Kind }>['items'];

export class TestGateway {
  readonly frames: FromAgent[] = [];
  readonly #plane: TestControlPlane;
  readonly #http = createServer();
  readonly #sockets = new WebSocketServer({ noServer: true });
  #agent: WebSocket | undefined;
  #serial = 1;
  agentKey = '';
  hostKey: string | null = null;
  /** Signs the welcome; an impostor has another. */
  welcomeKey: SigningKey;
  acknowledgesBatches = true;
  /** So many that dial are sent away, and told to come again in a second. */
  sendsAway = 0;
  /** Files served as /agent/…, as the real control plane serves the installer. */
  readonly files = new Map<string, Buffer>();

  constructor(plane: TestControlPlane) {
    this.#plane = plane;
    this.welcomeKey = plane.gateway;
    this.#http.on('request', (request, response) => {
      const file = this.files.get(request.url ?? '');
      if (file !== undefined) return void response.end(file);
      if (request.url !== '/agent/v1/enrolments') return void response.writeHead(404).end();
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { proof, ...claimed } = enrolRequest.parse(JSON.parse(text));
        if (!verifyFor('muster/enrolment/v1', claimed.agentKey, canonicalBytes(claimed), proof))
          return void response.writeHead(403).end('{}');
        this.agentKey = claimed.agentKey;
        this.hostKey = claimed.hostKey;
        const raw = [claimed.agentKey, claimed.hostKey, claimed.sealingKey]
          .filter((key) => key !== null)
          .map((key) => Buffer.from(key, 'base64'));
        const answer = {
          server: plane.server,
          name: 'test-01',
          keyset: plane.keyset(this.#serial),
          fingerprint: sha256Hex(Buffer.concat(raw)),
        };
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.sendsAway > 0) {
        this.sendsAway -= 1;
        return void socket.end('HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n');
      }
      this.#sockets.handleUpgrade(request, socket, head, (agent) => this.#greet(agent));
    });
  }

  async listen(host = '127.0.0.1', port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(port, host, resolve));
    return `http://${host}:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  token(): string {
    return `muster1.${newId().replaceAll('-', '')}.${randomBytes(24).toString('base64url')}.${fingerprintOf(this.#plane.root.publicKey).slice(0, 32)}`;
  }

  send(frame: ToAgent): void {
    this.#agent?.send(JSON.stringify(frame));
  }

  hangUp(): void {
    this.#agent?.terminate();
  }

  /** The first frame, past or to come, that fits. */
  async frame<T extends FromAgent['t']>(
    type: T,
    fits: (frame: Extract<FromAgent, { t: T }>) => boolean = () => true,
    deadlineMs = 20_000,
  ): Promise<Extract<FromAgent, { t: T }>> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      for (const frame of this.frames) {
        if (isOf(frame, type) && fits(frame)) return frame;
      }
      if (Date.now() > until)
        throw new Error(`no ${type} within ${deadlineMs} ms; there came: ${this.frames.map((one) => one.t).join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async batch<Kind extends BatchBody['kind']>(
    kind: Kind,
    fits: (items: Items<Kind>) => boolean = () => true,
    deadlineMs = 20_000,
  ): Promise<Items<Kind>> {
    const found = await this.frame(
      'batch',
      ({ body }) => body.kind === kind && fits(body.items as Items<Kind>),
      deadlineMs,
    );
    return found.body.items as Items<Kind>;
  }

  /** Sends a task and waits for its verified receipt. */
  async run(envelope: { task: string }, deadlineMs = 30_000): Promise<Receipt> {
    this.send({ t: 'task', envelope: this.#plane.sign(envelope) });
    const { receipt } = await this.frame('receipt', (frame) => frame.task === envelope.task, deadlineMs);
    this.send({ t: 'receipt-ack', task: envelope.task });
    return this.open(receipt);
  }

  open(receipt: Signed): Receipt {
    const bytes = Buffer.from(receipt.body, 'base64');
    if (this.hostKey === null || !verifyFor('muster/receipt/v1', this.hostKey, bytes, receipt.signature))
      throw new Error('a receipt with a wrong signature');
    return JSON.parse(bytes.toString()) as Receipt;
  }

  #greet(agent: WebSocket): void {
    const nonce = randomBytes(32).toString('base64');
    const say = (frame: ToAgent): void => agent.send(JSON.stringify(frame));
    agent.on('error', () => agent.terminate());
    agent.on('message', (data: Buffer) => {
      const frame = fromAgent.parse(JSON.parse(data.toString()));
      this.frames.push(frame);
      if (frame.t === 'hello') {
        const { server, machineHash, bootId } = frame;
        const said = canonicalBytes({ server, serverNonce: nonce, agentNonce: frame.nonce, machineHash, bootId });
        if (!verifyFor('muster/hello/v1', this.agentKey, said, frame.proof))
          throw new Error('the agent did not prove itself');
        const session = newId();
        this.#agent = agent;
        say({
          t: 'welcome',
          session,
          time: new Date().toISOString(),
          keyset: this.#plane.keyset(this.#serial),
          gatewayKey: this.#plane.gateway.keyId,
          proof: signFor('muster/welcome/v1', this.welcomeKey, canonicalBytes({ nonce: frame.nonce, server, session })),
          managed: ['inventory'],
          heartbeatSeconds: 1,
          confirmed: true,
        });
      }
      if (frame.t === 'batch' && this.acknowledgesBatches) say({ t: 'batch-ack', seq: frame.seq });
    });
    say({ t: 'challenge', v: 1, nonce, time: new Date().toISOString() });
  }
}

const isOf = <T extends FromAgent['t']>(frame: FromAgent, type: T): frame is Extract<FromAgent, { t: T }> =>
  frame.t === type;
