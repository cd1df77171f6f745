// One look at one server from outside, to the reports that its checks read. Which addresses are its own is decided once;
// after that nothing is connected to that is not one of them, wherever the names of its sites lead.
import type { ProbeReport } from '@muster/contracts/posture';
import type { IpRange } from '@muster/kernel/ip-range';
import { DNS_NAME } from '@muster/posture/dns-name';
import { reportOf } from '@muster/posture/gather';
import { outsideDkim, type SignedWith } from '@muster/posture/outside/dkim';
import { outsideNames } from '@muster/posture/outside/names';
import { outsidePorts } from '@muster/posture/outside/ports';
import { outsideSites } from '@muster/posture/outside/sites';
import { outsideTls } from '@muster/posture/outside/tls';
import { lookAtSelectors } from './dkim.ts';
import { Signatures } from './dnssec.ts';
import { lookAtDomain } from './domains.ts';
import { ownAddresses, type Claims } from './own-addresses.ts';
import { portsToTry, tryPorts, type TriedPort } from './ports.ts';
import type { Patience } from './reach.ts';
import type { Names } from './resolver.ts';
import { lookAtSite, type LookedAtSite, type WebPorts } from './sites.ts';
import { servicesToShake } from './services.ts';
import { severalAtOnce } from './several-at-once.ts';
import { lookAtTls } from './tls.ts';

export interface Target extends Claims {
  readonly hostname: string;
  /** Ports of TCP on which it says it listens to the world; null: it has not said. */
  readonly listening: readonly number[] | null;
  /** Names of its sites. */
  readonly names: readonly string[];
  /** Names and selectors under which it signs mail; null: it has not said. */
  readonly signing: readonly SignedWith[] | null;
}

export interface LookSettings {
  readonly networks: readonly IpRange[];
  readonly names: Names;
  /** Selectors of DKIM to try. */
  readonly selectors: readonly string[];
  readonly patience: Patience;
  readonly ports: WebPorts;
}

const MOST_NAMES = 300;
const MOST_SERVICES = 400;
const AT_ONCE = 8;
/** For each of the five reports: nothing is begun later than this … */
const BEGIN_WITHIN_MS = 120_000;
/** … and what was begun is over by then. */
const DEADLINE_MS = 200_000;

export async function lookAt(target: Target, settings: LookSettings): Promise<ProbeReport[]> {
  const { own, judged } = ownAddresses(target, settings.networks);
  const named = namesIn(target.names);
  const names = named.slice(0, MOST_NAMES);
  const [hostname = ''] = namesIn([target.hostname]);
  let tried: TriedPort[] = [];
  let sites: LookedAtSite[] = [];
  return [
    await reportOf(
      outsidePorts,
      async () => {
        const ports = portsToTry(target.listening);
        tried = await tryPorts(own, ports, settings.patience, soon().until);
        const said = target.listening?.slice(0, 1024) ?? null;
        return { addresses: [...judged], said, ports: tried, left: own.length * ports.length - tried.length };
      },
      gathering,
    ),
    await reportOf(
      outsideSites,
      async () => {
        sites = await severalAtOnce(names, soon(), (name) => lookAtSite(name, own, settings));
        const answers = sites.map(({ at: _, ...site }) => site);
        return { reachable: own.length > 0, sites: answers, left: named.length - sites.length };
      },
      gathering,
    ),
    await reportOf(
      outsideTls,
      async () => {
        const all = servicesToShake(hostname, tried, sites, settings.ports);
        const some = all.slice(0, MOST_SERVICES);
        const services = await severalAtOnce(some, soon(), (one) => lookAtTls(one, settings.patience));
        return { services, left: all.length - services.length };
      },
      gathering,
    ),
    await reportOf(
      outsideNames,
      async () => {
        const all = domainsIn(sites);
        const signatures = new Signatures(settings.names.server);
        const about = { names: settings.names, signatures, selectors: settings.selectors, server: own };
        const domains = await severalAtOnce(all, soon(), (domain) => lookAtDomain(domain, about));
        return { domains, left: all.length - domains.length + named.length - sites.length };
      },
      gathering,
    ),
    await reportOf(
      outsideDkim,
      () =>
        lookAtSelectors(
          { names: settings.names, signing: target.signing, domains: domainsIn(sites), server: own },
          soon(),
        ),
      gathering,
    ),
  ];
}

const gathering = { now: Date.now, clean: <Value>(value: Value): Value => value, deadlineMs: DEADLINE_MS };
const soon = () => ({ most: AT_ONCE, until: Date.now() + BEGIN_WITHIN_MS });

const namesIn = (texts: readonly string[]): string[] =>
  [...new Set(texts.map((text) => text.toLowerCase()))].filter((text) => DNS_NAME.test(text)).toSorted();

/** `www.` is the same domain to everybody. A name that leads nowhere is a name within the server, or one that is gone. */
const domainsIn = (sites: readonly LookedAtSite[]): string[] => [
  ...new Set(sites.flatMap(({ name, leads }) => (leads === 'nowhere' ? [] : [name.replace(/^www\./, '')]))),
];
