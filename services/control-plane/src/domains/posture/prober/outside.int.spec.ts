// The prober against real sockets: TLS with certificates that openssl made, mail with STARTTLS, a DNS that changes its mind,
// and servers that never end what they say.
import { generateKeyPairSync } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOfRecord } from '@muster/posture/dkim/key';
import { ipRange } from '@muster/kernel/ip-range';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SteeredDns } from '../../../main/testing/steered-dns.ts';
import { lookAt } from './look.ts';
import { ownAddresses, type OwnAddress } from './own-addresses.ts';
import { tryPorts } from './ports.ts';
import type { Patience } from './reach.ts';
import { Names } from './resolver.ts';
import { lookAtSite } from './sites.ts';
import { Authority, type Issued } from './testing/certificates.ts';
import { answering, Listening, smtp } from './testing/listening.ts';
import { lookAtTls, type TlsQuestion } from './tls.ts';
import { askSite } from './web.ts';

const HERE = '127.0.0.1';
/** Somebody else's address, on which the specs listen too. */
const ELSEWHERE = '127.0.0.2';
const patience: Patience = { connectMs: 1000, answerMs: 700 };
const settings = { networks: [ipRange(`${HERE}/32`)], selectors: ['default'], patience };

const open: { stop(): void }[] = [];
const kept = <Thing extends { stop(): void }>(thing: Thing): Thing => {
  open.push(thing);
  return thing;
};

let authority: Authority;
let trusted: Issued;
let dns: SteeredDns;
let here: OwnAddress;

beforeAll(async () => {
  authority = new Authority();
  setDefaultCACertificates([...getCACertificates('default'), authority.pem]);
  trusted = authority.issue('shop.spec', 25);
  dns = kept(await SteeredDns.start());
  const { own } = ownAddresses({ seenFrom: HERE, claimed: [HERE] }, settings.networks);
  const [first] = own;
  if (first === undefined) throw new Error('the specs may not look at loopback');
  here = first;
});
afterAll(() => {
  for (const one of open) one.stop();
  authority?.remove();
});

const question = (port: number, more: Partial<TlsQuestion> = {}): TlsQuestion => ({
  address: here,
  port,
  name: 'shop.spec',
  kind: 'https',
  greeting: null,
  ...more,
});

describe('ports', () => {
  test('are open, or closed, as they answer', async () => {
    const server = kept(await Listening.tcp(HERE, () => undefined));
    const gone = await Listening.tcp(HERE, () => undefined);
    const { port } = gone;
    gone.stop();
    const tried = await tryPorts([here], [server.port, port], patience, Date.now() + 5000);
    expect(tried.map(({ state }) => state)).toEqual(['open', 'closed']);
  });
});

describe('TLS', () => {
  test('tells every protocol that is really negotiated, and a chain that holds', async () => {
    const server = kept(await Listening.tls(HERE, { ...trusted }, () => undefined));
    const seen = await lookAtTls(question(server.port), patience);
    expect(seen).toMatchObject({
      answered: 'tls',
      protocols: ['TLSv1.2', 'TLSv1.3'],
      certificate: { names: ['shop.spec'], chain: 'ok', selfSigned: false, issuer: 'CN=Spec CA' },
    });
    expect(Date.parse(seen.certificate?.until ?? '') - Date.now()).toBeGreaterThan(24 * 86_400_000);
  });

  test('finds the old protocols where they are offered', async () => {
    const old = { ...trusted, minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const server = kept(await Listening.tls(HERE, old, () => undefined));
    expect((await lookAtTls(question(server.port), patience)).protocols).toEqual(['TLSv1', 'TLSv1.1', 'TLSv1.2']);
  });

  test('tells a certificate that only its owner signed', async () => {
    const server = kept(await Listening.tls(HERE, { ...authority.selfSigned('other.spec') }, () => undefined));
    const { certificate } = await lookAtTls(question(server.port), patience);
    expect(certificate).toMatchObject({
      names: ['other.spec'],
      selfSigned: true,
      chain: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test('is asked of a mail server by STARTTLS', async () => {
    const server = kept(await Listening.tcp(HERE, smtp(trusted)));
    const seen = await lookAtTls(question(server.port, { kind: 'smtp', greeting: 'smtp' }), patience);
    expect(seen).toMatchObject({ answered: 'tls', protocols: ['TLSv1.2', 'TLSv1.3'] });
    expect(seen.certificate?.names).toEqual(['shop.spec']);
  });

  test('is not there where a service speaks in the clear, and not known where nobody says a word', async () => {
    const plain = kept(await Listening.tcp(HERE, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    expect((await lookAtTls(question(plain.port), patience)).answered).toBe('plain');
    const refusing = kept(
      await Listening.tcp(HERE, (socket) => {
        socket.write('220 mail.spec\r\n');
        socket.on('data', () => socket.write('502 no\r\n'));
      }),
    );
    const mail = question(refusing.port, { kind: 'smtp', greeting: 'smtp' });
    expect((await lookAtTls(mail, patience)).answered).toBe('plain');
    const silent = kept(await Listening.tcp(HERE, () => undefined));
    expect((await lookAtTls(question(silent.port), patience)).answered).toBe('silent');
  });
});

describe('a site', () => {
  test('is asked as a visitor asks: by its name, and only for the head of the answer', async () => {
    let heard = '';
    const server = kept(
      await Listening.tcp(HERE, (socket) => {
        socket.once('data', (said: Buffer) => {
          heard = said.toString();
          socket.write('HTTP/1.1 301 Moved\r\nLocation: https://shop.spec/\r\n\r\n');
          // It goes on for ever.
          const drip = setInterval(() => socket.write('x'.repeat(65_536)), 5);
          socket.on('close', () => clearInterval(drip));
        });
      }),
    );
    const answer = await askSite({ address: here, port: server.port, name: 'shop.spec', secure: false }, patience);
    expect(answer).toEqual({ status: 301, location: 'https://shop.spec/', hsts: null });
    expect(heard).toMatch(/^GET \/ HTTP\/1\.1\r\nhost: shop\.spec\r\n/i);
  });

  test.each([
    ['says nothing', '', ''],
    ['drips its head', 'HTTP/1.1 200 OK\r\n', 'x'],
    ['has a head without end', 'HTTP/1.1 200 OK\r\n', `X: ${'x'.repeat(9000)}\r\n`],
    ['goes on with 100 Continue', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['speaks no HTTP', '\0\0\0\0 hello\r\n\r\n', ''],
  ])('that %s is given up within the time', async (_, first, again) => {
    const server = kept(
      await Listening.tcp(HERE, (socket) => {
        socket.once('data', () => {
          socket.write(first);
          const speaking = setInterval(() => socket.write(again), 10);
          socket.on('close', () => clearInterval(speaking));
        });
      }),
    );
    const began = Date.now();
    const answer = await askSite({ address: here, port: server.port, name: 'shop.spec', secure: false }, patience);
    expect(answer).toBeNull();
    expect(Date.now() - began).toBeLessThan(patience.connectMs + patience.answerMs);
  });

  test('that leads elsewhere is not followed there', async () => {
    const other = kept(await Listening.tcp(ELSEWHERE, answering('HTTP/1.1 200 OK')));
    const leads = `http://${ELSEWHERE}:${other.port}/`;
    const server = kept(await Listening.tcp(HERE, answering('HTTP/1.1 302 Found', `Location: ${leads}`)));
    const answer = await askSite({ address: here, port: server.port, name: 'shop.spec', secure: false }, patience);
    expect(answer?.location).toBe(leads);
    await sleep(100);
    expect(other.visits).toBe(0);
  });
});

describe('a name', () => {
  const names = () => new Names([dns.server]);

  test.each([
    [ELSEWHERE],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['192.168.1.1'],
    ['0.0.0.0'],
    ['::1'],
    ['fd00::1'],
    ['::ffff:10.0.0.1'],
    ['::ffff:7f00:2'],
    ['8.8.8.8'],
  ])('that leads to %s leads nowhere that is looked at', async (address) => {
    const other = kept(await Listening.tcp(ELSEWHERE, answering('HTTP/1.1 200 OK')));
    const own = kept(await Listening.tcp(HERE, answering('HTTP/1.1 200 OK')));
    dns.address('steered.spec', [address]);
    const ports = { http: other.port, https: own.port };
    const seen = await lookAtSite('steered.spec', [here], { names: names(), patience, ports });
    expect(seen).toMatchObject({ leads: 'elsewhere', http: null, https: null });
    expect(other.visits).toBe(0);
  });

  test('is asked for once: a second answer steers nothing', async () => {
    const site = kept(
      await Listening.tls(HERE, { ...trusted }, answering('HTTP/1.1 200 OK', 'Strict-Transport-Security: max-age=1')),
    );
    const other = kept(await Listening.tcp(ELSEWHERE, () => undefined));
    dns.address('rebound.spec', [HERE], [ELSEWHERE]);
    dns.asked.length = 0;
    const ports = { http: other.port, https: site.port };
    const seen = await lookAtSite('rebound.spec', [here], { names: names(), patience, ports });
    expect(seen).toMatchObject({ leads: 'here', https: { status: 200, hsts: 'max-age=1' } });
    expect(dns.asked.filter((one) => one === 'A rebound.spec')).toHaveLength(1);
    expect(other.visits).toBe(0);
  });

  test('that a resolver says nothing about is not known', async () => {
    const nobody = new Names(['127.0.0.1:9']);
    const seen = await lookAtSite('shop.spec', [here], { names: nobody, patience, ports: { http: 1, https: 1 } });
    expect(seen.leads).toBe('not-known');
  }, 30_000);
});

describe('a whole look', () => {
  test('sees ports, TLS, sites and names, and nothing of an address that is not the server’s own', async () => {
    const site = kept(await Listening.tls(HERE, { ...trusted }, answering('HTTP/1.1 200 OK')));
    const plain = kept(await Listening.tcp(HERE, answering('HTTP/1.1 301 Moved', 'Location: https://shop.spec/')));
    const other = kept(await Listening.tcp(ELSEWHERE, () => undefined));
    dns.address('shop.spec', [HERE]);
    dns.exchange('shop.spec', 'mail.shop.spec');
    dns.address('mail.shop.spec', [HERE]);
    dns.text('shop.spec', 'v=spf1 mx -all');
    dns.text('_dmarc.spec', 'v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@shop.spec');
    dns.text('default._domainkey.shop.spec', 'v=DKIM1; k=rsa; p=');
    dns.caa('spec', 'letsencrypt.org');
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const p = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const signs = { type: 'rsa', bits: 2048, sha256: keyOfRecord('rsa', p).sha256 };
    dns.text('mail._domainkey.shop.spec', `v=DKIM1; k=rsa; p=${p}`);
    dns.text('any._domainkey.shop.spec', 'v=DKIM1; k=ed25519; p=AAAA');
    dns.exchange('moved.spec', 'mail.elsewhere.spec');
    dns.address('mail.elsewhere.spec', [ELSEWHERE]);
    const reports = await lookAt(
      {
        seenFrom: HERE,
        claimed: [`${HERE}/8`, `${ELSEWHERE}/8`],
        hostname: 'host.spec',
        listening: [site.port, other.port],
        names: ['shop.spec', 'www.shop.spec', 'gone.spec', '*.star.spec', 'x y', '127.0.0.2'],
        signing: [
          { domain: 'shop.spec', selector: 'mail', sha256: signs.sha256 },
          { domain: 'moved.spec', selector: 'mail', sha256: null },
          { domain: '*', selector: 'any', sha256: null },
          // What a stranger may say, and nobody asks for.
          { domain: 'x y', selector: 'mail', sha256: null },
          { domain: 'shop.spec', selector: '_dmarc.other.spec.', sha256: null },
        ],
      },
      { ...settings, names: new Names([dns.server]), ports: { http: plain.port, https: site.port } },
    );
    expect(reports.map(({ error }) => error)).toEqual([null, null, null, null, null]);
    const read = Object.fromEntries(reports.map(({ probe, reading }) => [probe, reading]));
    expect(read['outside-ports']).toMatchObject({
      addresses: [
        { address: HERE, refused: null },
        { address: ELSEWHERE, refused: 'is loopback' },
      ],
      said: [site.port, other.port],
      ports: expect.arrayContaining([{ address: HERE, port: site.port, state: 'open' }]),
    });
    expect(other.visits).toBe(0);
    expect(read['outside-sites']).toMatchObject({
      reachable: true,
      sites: [
        { name: 'gone.spec', leads: 'nowhere' },
        { name: 'shop.spec', leads: 'here', http: { status: 301 }, https: { status: 200, hsts: null } },
        { name: 'www.shop.spec', leads: 'nowhere' },
      ],
    });
    expect(read['outside-tls']).toMatchObject({ services: [{ kind: 'https', name: 'shop.spec', answered: 'tls' }] });
    expect(read['outside-names']).toMatchObject({
      domains: [
        {
          name: 'shop.spec',
          caa: { at: 'spec', issuers: ['letsencrypt.org'] },
          mail: {
            here: true,
            spf: { records: 1, allowsServer: true, all: '-' },
            dmarc: { at: '_dmarc.spec', policy: 'none', reports: true },
            dkim: [{ selector: 'default', type: 'rsa', bits: 0 }],
          },
        },
      ],
      left: 0,
    });
    expect(read['outside-dkim']).toEqual({
      said: [
        { domain: 'shop.spec', selector: 'mail', sha256: signs.sha256 },
        { domain: 'moved.spec', selector: 'mail', sha256: null },
        { domain: '*', selector: 'any', sha256: null },
      ],
      published: [
        { domain: 'shop.spec', selector: 'mail', here: true, keys: [signs] },
        { domain: 'moved.spec', selector: 'mail', here: false, keys: [] },
        { domain: 'shop.spec', selector: 'any', here: true, keys: [{ type: 'ed25519', bits: 0, sha256: null }] },
      ],
      left: 0,
    });
  }, 60_000);
});
