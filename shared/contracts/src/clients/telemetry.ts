// The sites that a server says it serves. Fields that were parsed, never a configuration file: what stands in one beside
// them (a password for a backend, a key's path) does not leave the host.
import { z } from 'zod';
import { hostText, timestamp } from '../values.ts';

export const webSoftware = z.enum(['nginx', 'apache', 'plesk']);
export type WebSoftware = z.infer<typeof webSoftware>;

export const foundSite = z.strictObject({
  /** Its first name, in small letters: what it is called on this server. */
  name: hostText(253),
  aliases: z.array(hostText(253)).max(100),
  software: z.array(webSoftware).max(3),
  root: hostText(400).nullable(),
  /** The account that the document root belongs to. */
  owner: hostText(64).nullable(),
  listens: z.array(hostText(80)).max(20),
  certificate: z
    .strictObject({ names: z.array(hostText(253)).max(100), until: timestamp, issuer: hostText(200) })
    .nullable(),
  /** Log files it writes: what a jail reads says whose site was attacked. */
  logs: z.array(hostText(400)).max(20),
  /** The panel’s subscription it belongs to. */
  subscription: hostText(253).nullable(),
});
export type FoundSite = z.infer<typeof foundSite>;

/** A server with many sites says them in parts, in order; the last one ends what is not said any more. */
export const siteFacts = z.strictObject({
  at: timestamp,
  part: z.int().nonnegative(),
  parts: z.int().positive().max(200),
  /** What was asked, and why an answer is missing. */
  sources: z
    .array(
      z.strictObject({ software: webSoftware, version: hostText(80).nullable(), problem: hostText(300).nullable() }),
    )
    .max(3),
  sites: z.array(foundSite).max(500),
});
export type SiteFacts = z.infer<typeof siteFacts>;
