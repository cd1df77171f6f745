// Whether answers about a name are signed, as a validating resolver says: the AD flag, and when the first signature ends.
// Over TCP, because signed answers are long and a stranger cannot put in a word.
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import type { DomainFromOutside } from '@muster/posture/outside/names';
import {
  AUTHENTIC_DATA,
  CHECKING_DISABLED,
  decode,
  DNSSEC_OK,
  RECURSION_DESIRED,
  streamEncode,
  type DecodedPacket,
  type OptAnswer,
  type Packet,
} from 'dns-packet';

const DEADLINE_MS = 4000;
const PORT = 53;
/** RFC 1035 §4.1.1: the low bits of the flags, and what a resolver says that could not, or would not, tell. */
const RESPONSE_CODE = 0xf;
const SERVFAIL = 2;

type Dnssec = NonNullable<DomainFromOutside['dnssec']>;

export class Signatures {
  readonly #host: string;
  readonly #port: number;
  #validates: Promise<boolean> | undefined;

  constructor(server: string | undefined) {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d+)$/.exec(server ?? '') ?? [];
    this.#host = bracketed ?? plain ?? server ?? '127.0.0.1';
    this.#port = port === undefined ? PORT : Number(port);
  }

  /** null: nobody knows. */
  async of(name: string): Promise<Dnssec | null> {
    const answer = await this.#ask(name, 'A', 0);
    if (answer === null) return null;
    if (failed(answer)) {
      // A resolver that validates keeps back what does not hold, unless it is told not to check.
      const unchecked = await this.#ask(name, 'A', CHECKING_DISABLED);
      return unchecked !== null && !failed(unchecked) && firstEnd(unchecked) !== null
        ? { state: 'broken', until: null }
        : null;
    }
    const until = firstEnd(answer);
    if (answer.flag_ad) return { state: 'signed', until };
    if (!(await this.#resolverValidates())) return { state: until === null ? 'unsigned' : 'not-validated', until };
    // Signed, and the zone above does not say so: nobody can check it.
    return { state: 'unsigned', until: null };
  }

  /** The root is signed: who validates says so of it. Asked once for each look at a server. */
  #resolverValidates(): Promise<boolean> {
    this.#validates ??= this.#ask('.', 'SOA', 0).then((answer) => answer?.flag_ad === true);
    return this.#validates;
  }

  async #ask(name: string, type: 'A' | 'SOA', flags: number): Promise<DecodedPacket | null> {
    const id = randomInt(65_536);
    const question: Packet = {
      type: 'query',
      id,
      flags: RECURSION_DESIRED | AUTHENTIC_DATA | flags,
      questions: [{ type, name }],
      additionals: [ASKING_FOR_SIGNATURES],
    };
    try {
      const answer = decode(await this.#exchange(streamEncode(question)));
      return answer.id === id ? answer : null;
    } catch {
      return null;
    }
  }

  #exchange(question: Buffer): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const socket = connect({ host: this.#host, port: this.#port });
    const late = setTimeout(() => socket.destroy(new Error('no answer')), DEADLINE_MS);
    let heard = Buffer.alloc(0);
    socket.once('connect', () => socket.write(question));
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      // Two bytes say how long the answer is, so that no answer is longer than they can say.
      const length = heard.length < 2 ? Infinity : heard.readUInt16BE(0);
      if (heard.length >= 2 + length) resolve(heard.subarray(2, 2 + length));
    });
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    return promise.finally(() => {
      clearTimeout(late);
      socket.destroy();
    });
  }
}

const ASKING_FOR_SIGNATURES: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: DNSSEC_OK,
  flag_do: true,
  options: [],
};

const failed = ({ flags = 0 }: DecodedPacket): boolean => (flags & RESPONSE_CODE) === SERVFAIL;

function firstEnd({ answers = [], authorities = [] }: DecodedPacket): string | null {
  const ends = [...answers, ...authorities].flatMap((record) =>
    record.type === 'RRSIG' ? [record.data.expiration] : [],
  );
  return ends.length === 0 ? null : new Date(Math.min(...ends) * 1000).toISOString();
}
