// Handshakes as a stranger has them: which protocols are really negotiated, and which certificate is shown. Mail services
// are asked for STARTTLS first, in their own words.
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { PROTOCOLS, type ShownCertificate, type TlsService } from '@muster/posture/outside/tls';
import type { OwnAddress } from './own-addresses.ts';
import { reach, within, type Patience } from './reach.ts';

export type Greeting = 'smtp' | 'imap' | 'pop3';

export interface TlsQuestion {
  readonly address: OwnAddress;
  readonly port: number;
  readonly name: string;
  readonly kind: TlsService['kind'];
  /** Speaks in the clear before. */
  readonly greeting: Greeting | null;
}

interface Shaken {
  readonly socket: TLSSocket;
  readonly protocol: string;
}

export async function lookAtTls(question: TlsQuestion, patience: Patience): Promise<TlsService> {
  const { address, port, name, kind } = question;
  const about = { address, port, name, kind };
  const first = await shake(question, patience, 'TLSv1', 'TLSv1.3');
  if (typeof first === 'string') return { ...about, answered: first, protocols: [], certificate: null };
  const certificate = certificateOf(first.socket);
  first.socket.destroy();
  const protocols: TlsService['protocols'] = [];
  for (const version of PROTOCOLS) {
    if (version === first.protocol) {
      protocols.push(version);
      continue;
    }
    const shaken = await shake(question, patience, version, version);
    if (typeof shaken === 'string') continue;
    shaken.socket.destroy();
    protocols.push(version);
  }
  return { ...about, answered: 'tls', protocols, certificate };
}

/** The socket is the caller's to destroy. Any certificate will do: what is wrong with it is the answer. */
export async function shake(
  { address, port, name, greeting }: Omit<TlsQuestion, 'kind'>,
  patience: Patience,
  least: SecureVersion,
  most: SecureVersion,
): Promise<Shaken | 'plain' | 'silent'> {
  const socket = await reach(address, port, patience);
  if (typeof socket === 'string') return 'silent';
  try {
    return await within(socket, patience.answerMs, handshake(socket, name, greeting, least, most));
  } catch (error) {
    socket.destroy();
    return error instanceof NoTls ? 'plain' : 'silent';
  }
}

async function handshake(
  socket: Socket,
  name: string,
  greeting: Greeting | null,
  least: SecureVersion,
  most: SecureVersion,
): Promise<Shaken> {
  if (greeting !== null) await startTls(socket, greeting);
  const secure = connect({
    socket,
    ...(name === '' || isIP(name) !== 0 ? {} : { servername: name }),
    minVersion: least,
    maxVersion: most,
    // OpenSSL offers TLS 1.0 and 1.1 at this level only.
    ciphers: 'DEFAULT@SECLEVEL=0',
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  const done = Promise.withResolvers<Shaken>();
  secure.once('secureConnect', () => done.resolve({ socket: secure, protocol: secure.getProtocol() ?? '' }));
  secure.on('error', (error: NodeJS.ErrnoException) =>
    done.reject(error.code === 'ERR_SSL_WRONG_VERSION_NUMBER' ? new NoTls() : error),
  );
  secure.once('close', () => done.reject(new Error('the connection was closed')));
  return done.promise;
}

class NoTls extends Error {}

function certificateOf(socket: TLSSocket): ShownCertificate | null {
  const raw = socket.getPeerCertificate().raw;
  // An anonymous service has none.
  if (!Buffer.isBuffer(raw)) return null;
  try {
    return described(new X509Certificate(raw), socket.authorized ? 'ok' : String(socket.authorizationError));
  } catch {
    return null;
  }
}

function described(leaf: X509Certificate, problem: string): ShownCertificate {
  const alternative = [...(leaf.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].flatMap(([, name]) => name ?? []);
  const common = /CN=([^\n]+)/.exec(leaf.subject)?.[1];
  return {
    names: (alternative.length > 0 ? alternative : common === undefined ? [] : [common])
      .map((name) => name.slice(0, 253))
      .slice(0, 100),
    issuer: leaf.issuer.replaceAll('\n', ', ').slice(0, 200),
    until: new Date(leaf.validTo).toISOString(),
    chain: /expired/i.test(problem) ? 'ok' : problem.slice(0, 120),
    selfSigned: leaf.checkIssued(leaf),
  };
}

/** RFC 3207, RFC 9051 §6.2.1, RFC 2595 §4: what is said, and how the answer begins when TLS may start. */
const DIALOGUES: Readonly<Record<Greeting, readonly { readonly say: string | null; readonly expect: RegExp }[]>> = {
  smtp: [
    { say: null, expect: /^220 .*\r\n/m },
    { say: 'EHLO prober.invalid\r\n', expect: /^250 .*\r\n/m },
    { say: 'STARTTLS\r\n', expect: /^220 .*\r\n/m },
  ],
  imap: [
    { say: null, expect: /^\* OK.*\r\n/m },
    { say: 'a STARTTLS\r\n', expect: /^a OK.*\r\n/m },
  ],
  pop3: [
    { say: null, expect: /^\+OK.*\r\n/m },
    { say: 'STLS\r\n', expect: /^\+OK.*\r\n/m },
  ],
};
const MOST_SAID = 8192;

async function startTls(socket: Socket, greeting: Greeting): Promise<void> {
  for (const { say, expect } of DIALOGUES[greeting]) {
    if (say !== null) socket.write(say);
    await heard(socket, expect);
  }
}

/** Rejects when it is refused, when too much is said, and when the socket ends, at its deadline at the latest. */
function heard(socket: Socket, expected: RegExp): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let text = '';
  const listen = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
    if (expected.test(text)) resolve(undefined);
    else if (/^(?:[45]\d\d |a (?:NO|BAD)|-ERR).*\r\n/m.test(text)) reject(new NoTls());
    else if (text.length > MOST_SAID) reject(new Error('it says too much'));
  };
  const ended = (): void => reject(new Error('the connection was closed'));
  socket.on('data', listen).once('close', ended);
  return promise.finally(() => {
    socket.off('data', listen).off('close', ended);
  });
}
