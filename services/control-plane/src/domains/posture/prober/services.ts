// Which services are asked for TLS: the sites whose names lead here, and mail and panel where a port is open.
import type { TlsService } from '@muster/posture/outside/tls';
import type { TriedPort } from './ports.ts';
import type { LookedAtSite, WebPorts } from './sites.ts';
import type { Greeting, TlsQuestion } from './tls.ts';

const SERVICES: Readonly<Record<number, readonly [kind: TlsService['kind'], greeting: Greeting | null]>> = {
  25: ['smtp', 'smtp'],
  465: ['smtp', null],
  587: ['smtp', 'smtp'],
  143: ['imap', 'imap'],
  993: ['imap', null],
  110: ['pop3', 'pop3'],
  995: ['pop3', null],
  2083: ['panel', null],
  2087: ['panel', null],
  2096: ['panel', null],
  8006: ['panel', null],
  8443: ['panel', null],
  9090: ['panel', null],
  10000: ['panel', null],
};

/** `hostname` is what mail and panel are asked for: the name under which the server knows itself. */
export function servicesToShake(
  hostname: string,
  tried: readonly TriedPort[],
  sites: readonly LookedAtSite[],
  { https }: WebPorts,
): TlsQuestion[] {
  const services = tried.flatMap(({ address, port, state }): TlsQuestion[] => {
    const [kind, greeting] = SERVICES[port] ?? [];
    if (state !== 'open' || kind === undefined || greeting === undefined) return [];
    return [{ address, port, name: hostname, kind, greeting }];
  });
  const web = sites.flatMap(({ name, at, https: answer }): TlsQuestion[] =>
    at === null || answer === null ? [] : [{ address: at, port: https, name, kind: 'https', greeting: null }],
  );
  return [...services, ...web];
}
