// The address a request comes from. A forwarded address is believed only when a listed proxy says it.
import type { IncomingMessage } from 'node:http';
import { ipRange, parseIpRange, rangeContains } from '@muster/kernel/ip-range';

export function sourceAddress(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const peer = canonical(request.socket.remoteAddress ?? '');
  if (trustedProxies.length === 0 || !isListed(peer, trustedProxies)) return peer;
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim());
  // From the right: the first hop that no proxy of ours added.
  for (const hop of hops.reverse()) {
    const address = canonical(hop);
    if (address !== '' && !isListed(address, trustedProxies)) return address;
  }
  return peer;
}

function canonical(text: string): string {
  const parsed = parseIpRange(text);
  return parsed.ok ? parsed.range.text : '';
}

function isListed(address: string, ranges: readonly string[]): boolean {
  if (address === '') return false;
  return ranges.some((text) => rangeContains(ipRange(text), ipRange(address)));
}
