// How one site answers a visitor. Its name is asked for once; what is connected to is the address of the server that was
// found in the answer, never the name, so that nothing that the DNS says later leads anywhere else.
import type { SiteFromOutside } from '@muster/posture/outside/sites';
import type { OwnAddress } from './own-addresses.ts';
import type { Patience } from './reach.ts';
import type { Names } from './resolver.ts';
import { askSite } from './web.ts';

export interface WebPorts {
  readonly http: number;
  readonly https: number;
}
export const WEB_PORTS: WebPorts = { http: 80, https: 443 };

export interface LookedAtSite extends SiteFromOutside {
  /** The address of the server that its name leads to. */
  readonly at: OwnAddress | null;
}

export async function lookAtSite(
  name: string,
  own: readonly OwnAddress[],
  { names, patience, ports }: { readonly names: Names; readonly patience: Patience; readonly ports: WebPorts },
): Promise<LookedAtSite> {
  const addresses = await names.addresses(name);
  const site = { name, addresses: (addresses ?? []).slice(0, 8), at: null, http: null, https: null, origin: null };
  if (addresses === null) return { ...site, leads: 'not-known' };
  if (addresses.length === 0) return { ...site, leads: 'nowhere' };
  const at = own.find((address) => addresses.includes(address));
  if (at === undefined) return { ...site, leads: 'elsewhere', origin: await originOf(name, own, patience, ports) };
  const http = await askSite({ address: at, port: ports.http, name, secure: false }, patience);
  const https = await askSite({ address: at, port: ports.https, name, secure: true }, patience);
  return {
    ...site,
    at,
    leads: 'here',
    http: http && { status: http.status, location: http.location },
    https: https && { status: https.status, hsts: https.hsts },
  };
}

/** Its name leads elsewhere, to a CDN perhaps: does the server answer to it whoever asks? */
async function originOf(
  name: string,
  [address]: readonly OwnAddress[],
  patience: Patience,
  { https: port }: WebPorts,
): Promise<number | null> {
  if (address === undefined) return null;
  return (await askSite({ address, port, name, secure: true }, patience))?.status ?? null;
}
