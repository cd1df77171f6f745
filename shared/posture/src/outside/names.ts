// What the DNS says of the names of a server's sites: who may issue certificates, whether answers are signed, and how
// mail in their name is told from forged mail. null: could not be asked.
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

const dkimKey = z.strictObject({
  selector: said(63),
  type: said(20),
  /** 0: revoked, or no key that can be read. */
  bits: z.int().nonnegative(),
});

const mail = z.strictObject({
  /** Empty: it takes no mail. */
  exchanges: z.array(said(253)).max(10),
  /** Mail to it arrives at this server. */
  here: z.boolean(),
  spf: z
    .strictObject({
      /** How many records begin with v=spf1: one is right. */
      records: z.int().nonnegative(),
      record: said(400),
      lookups: z.int().nonnegative(),
      /** What is said of everybody else; '' when nothing is. */
      all: z.enum(['+', '-', '~', '?', '']),
      /** This server may send; null when that was not found out. */
      allowsServer: z.boolean().nullable(),
      problem: said(200).nullable(),
    })
    .nullable(),
  /** `at` is '' when there is no record. */
  dmarc: z.strictObject({ at: said(260), policy: said(20), reports: z.boolean() }).nullable(),
  dkim: z.array(dkimKey).max(20).nullable(),
  /** Selectors that were tried: the DNS does not say which there are. */
  selectors: z.array(said(63)).max(20),
});
export type MailFromOutside = z.infer<typeof mail>;

const domain = z.strictObject({
  name: said(253),
  /** Where the nearest record stands, '' when there is none, and who may issue. */
  caa: z.strictObject({ at: said(253), issuers: z.array(said(120)).max(20) }).nullable(),
  dnssec: z
    .strictObject({
      state: z.enum(['signed', 'unsigned', 'broken', 'not-validated']),
      /** When the first signature ends. */
      until: z.iso.datetime().nullable(),
    })
    .nullable(),
  mail: mail.nullable(),
});
export type DomainFromOutside = z.infer<typeof domain>;

export const outsideNames = {
  name: 'outside-names',
  sentence: 'CAA, DNSSEC, SPF, DKIM and DMARC of the sites’ names',
  reading: z.strictObject({ domains: z.array(domain).max(300), left: z.int().nonnegative() }),
} satisfies Source;
