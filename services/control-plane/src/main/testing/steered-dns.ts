// A name server whose owner means no good: it speaks the real protocol, and answers each question as the spec likes, the
// second time otherwise than the first.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer } from 'dns-packet';

type Records = readonly Answer[];

export class SteeredDns {
  readonly asked: string[] = [];
  readonly #answers = new Map<string, Records[]>();
  readonly #socket = createSocket('udp4');

  static async start(): Promise<SteeredDns> {
    const dns = new SteeredDns();
    dns.#socket.bind(0, '127.0.0.1');
    await once(dns.#socket, 'listening');
    dns.#socket.on('message', (message, from) => {
      const { id, questions = [] } = decode(message);
      const [question] = questions;
      if (question === undefined) return;
      const key = `${question.type} ${question.name}`;
      dns.asked.push(key);
      const turns = dns.#answers.get(key) ?? [];
      const answers = (turns.length > 1 ? turns.shift() : turns[0]) ?? [];
      dns.#socket.send(
        encode({ type: 'response', ...(id === undefined ? {} : { id }), questions, answers: [...answers] }),
        from.port,
        from.address,
      );
    });
    return dns;
  }

  get server(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** The first answer first; the last one from then on. */
  address(name: string, ...turns: readonly (readonly string[])[]): void {
    const type = (address: string): 'A' | 'AAAA' => (address.includes(':') ? 'AAAA' : 'A');
    for (const kind of ['A', 'AAAA'] as const) {
      this.#answers.set(
        `${kind} ${name}`,
        turns.map((addresses) =>
          addresses.filter((data) => type(data) === kind).map((data) => ({ type: kind, name, ttl: 0, data })),
        ),
      );
    }
  }

  /** In pieces, as a record must be cut that is longer than 255 bytes. */
  text(name: string, ...data: readonly string[]): void {
    const cut = (one: string): string[] => one.match(/.{1,255}/g) ?? [''];
    this.#answers.set(`TXT ${name}`, [data.map((one) => ({ type: 'TXT', name, ttl: 0, data: cut(one) }))]);
  }

  exchange(name: string, exchange: string): void {
    this.#answers.set(`MX ${name}`, [[{ type: 'MX', name, ttl: 0, data: { preference: 10, exchange } }]]);
  }

  caa(name: string, value: string): void {
    this.#answers.set(`CAA ${name}`, [[{ type: 'CAA', name, ttl: 0, data: { flags: 0, tag: 'issue', value } }]]);
  }

  stop(): void {
    this.#socket.close();
  }
}
