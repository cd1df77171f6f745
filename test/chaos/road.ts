// The network between some servers and the gateways, as a plain relay of bytes that can be taken away: refused (a cable is
// out and everybody knows), or silent (packets are dropped and nobody is told). A connection goes to whichever gateway
// answers, as behind a load balancer.
import { connect, createServer, type Server, type Socket } from 'node:net';

type State = 'open' | 'refused' | 'silent';

export class Road {
  private state: State = 'open';
  private readonly pairs = new Set<[Socket, Socket]>();
  private readonly server: Server;
  private turn = 0;
  readonly url: string;

  private readonly gateways: readonly string[];

  private constructor(server: Server, port: number, gateways: readonly string[]) {
    this.gateways = gateways;
    this.server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('connection', (socket) => this.carry(socket));
  }

  static async open(gateways: readonly string[]): Promise<Road> {
    const server = createServer({ allowHalfOpen: false });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The road has no port.');
    return new Road(server, address.port, gateways);
  }

  /** Every connection ends, and new ones are refused. */
  cut(): void {
    this.state = 'refused';
    this.endAll();
  }

  /** Nothing gets through and nobody hears of it. */
  silence(): void {
    this.state = 'silent';
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  heal(): void {
    this.state = 'open';
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
  }

  close(): void {
    this.server.close();
    this.endAll();
  }

  private endAll(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  private carry(agent: Socket): void {
    agent.on('error', () => agent.destroy());
    if (this.state === 'refused') return void agent.destroy();
    this.turn += 1;
    this.dial(agent, this.gateways.length);
  }

  private dial(agent: Socket, attempts: number): void {
    const gateway = this.gateways[(this.turn + attempts) % this.gateways.length] ?? '';
    const upstream = connect(Number(new URL(gateway).port), '127.0.0.1');
    let reached = false;
    upstream.on('error', () => {
      upstream.destroy();
      if (reached || attempts <= 1) agent.destroy();
      else this.dial(agent, attempts - 1);
    });
    upstream.once('connect', () => {
      reached = true;
      const pair: [Socket, Socket] = [agent, upstream];
      this.pairs.add(pair);
      const end = (): void => {
        this.pairs.delete(pair);
        agent.destroy();
        upstream.destroy();
      };
      agent.on('close', end);
      upstream.on('close', end);
      agent.on('data', (bytes) => upstream.write(bytes));
      upstream.on('data', (bytes) => agent.write(bytes));
      if (this.state === 'silent') for (const socket of pair) socket.pause();
    });
  }
}
