// WEB-012: CDN in front but origin open to all.
import { ipRange, parseIpRange, rangesOverlap } from '@muster/kernel/ip-range';
import { check, notApplicable, overall } from '../check.ts';
import { outsideSites } from '../outside/sites.ts';

export default check({
  id: 'WEB-012',
  area: 'web',
  severity: 'low',
  title: 'CDN in front but origin open to all',
  measured: 'addresses of the site’s name in networks of CDNs; a request from outside to this server with that name',
  expected: 'the server answers for such a site to the CDN only',
  why: 'Who knows the address of the server goes around the CDN, its firewall and its limits. Addresses are easily found: old DNS records, mail headers, certificates.',
  evidence: { name: 'Site', leads: 'Name leads to', status: 'Answers with' },
  fix: 'Allow ports 80 and 443 from the networks of the CDN only, or have the site refuse whoever does not show the CDN’s client certificate.',
  undo: 'Take the rule out.',
  risk: 'service',
  maps: [],
  reads: { outsideSites },
  judge({ outsideSites: { sites, left } }, { policy }) {
    const networks = policy.cdnNetworks.map(ipRange);
    const isCdn = (address: string): boolean => {
      const parsed = parseIpRange(address);
      return parsed.ok && networks.some((network) => rangesOverlap(network, parsed.range));
    };
    const behind = sites.filter(({ addresses }) => addresses.some(isCdn));
    if (behind.length === 0 && left === 0) return notApplicable('No site is behind a CDN that we know of');
    const answers = behind.map(({ name, addresses, origin }) =>
      origin === null || origin >= 400
        ? ('fine' as const)
        : { subject: `site ${name}`, evidence: { name, leads: addresses.slice(0, 3).join(', '), status: origin } },
    );
    return overall(answers, left, 'Not every site could be asked from outside');
  },
});
