// How the sites of a server answer to a visitor: where their names lead, and what http and https say.
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

const site = z.strictObject({
  name: said(253),
  /** here: an address of this server. nowhere: the name has no address. */
  leads: z.enum(['here', 'elsewhere', 'nowhere', 'not-known']),
  addresses: z.array(said(64)).max(8),
  /** null: nobody answers there. Asked only where the name leads here. */
  http: z.strictObject({ status: z.int(), location: said(300) }).nullable(),
  https: z.strictObject({ status: z.int(), hsts: said(200).nullable() }).nullable(),
  /** Status with which this server answers for a name that leads elsewhere; null when it does not. */
  origin: z.int().nullable(),
});
export type SiteFromOutside = z.infer<typeof site>;

export const outsideSites = {
  name: 'outside-sites',
  sentence: 'Where the names of sites lead, redirect to https, HSTS, and origins behind a CDN',
  reading: z.strictObject({
    /** False: no address of the server may be looked at. */
    reachable: z.boolean(),
    sites: z.array(site).max(300),
    left: z.int().nonnegative(),
  }),
} satisfies Source;
