// Answers of a real resolver over TCP, byte by byte: written down once, given again as often as a spec asks. A question that
// is not on the tape gets no answer.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Two bytes of length and two of the id stand before what is the same every time. */
const LENGTH = 2;
const ID = 2;

type Tape = Record<string, string>;
type Answering = (question: Buffer) => Promise<Buffer | undefined>;

export class TapedDns {
  readonly #server: Server;
  readonly #tape: Tape;

  private constructor(server: Server, tape: Tape) {
    this.#server = server;
    this.#tape = tape;
  }

  /** `upstream`: a resolver that is asked in the tape's stead, and whose answers are put on it. */
  static async start(path: string, upstream?: { readonly host: string; readonly port: number }): Promise<TapedDns> {
    const tape = upstream === undefined ? (JSON.parse(readFileSync(path, 'utf8')) as Tape) : {};
    const answer: Answering = async (question) => {
      const key = question.subarray(ID).toString('base64');
      if (upstream !== undefined) tape[key] = (await ask(upstream, question)).subarray(ID).toString('base64');
      const said = tape[key];
      return said === undefined ? undefined : Buffer.concat([question.subarray(0, ID), Buffer.from(said, 'base64')]);
    };
    const server = createServer((socket) => serve(socket, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TapedDns(server, tape);
  }

  get server(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
  }

  write(path: string): void {
    writeFileSync(path, `${JSON.stringify(this.#tape, null, 2)}\n`);
  }

  stop(): void {
    this.#server.close();
  }
}

function serve(socket: Socket, answer: Answering): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk: Buffer) => {
    void answer(chunk.subarray(LENGTH)).then((said) => (said === undefined ? socket.end() : socket.end(framed(said))));
  });
}

async function ask({ host, port }: { host: string; port: number }, question: Buffer): Promise<Buffer> {
  const socket = connect({ host, port });
  socket.write(framed(question));
  let heard = Buffer.alloc(0);
  for await (const chunk of socket) {
    heard = Buffer.concat([heard, chunk as Buffer]);
    if (heard.length >= LENGTH && heard.length >= LENGTH + heard.readUInt16BE(0)) break;
  }
  socket.destroy();
  return heard.subarray(LENGTH);
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
