// What services with TLS show to strangers: protocols that were really negotiated, and the certificate.
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

export const PROTOCOLS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

const shownCertificate = z.strictObject({
  names: z.array(said(253)).max(100),
  issuer: said(200),
  until: z.iso.datetime(),
  /** 'ok', or what OpenSSL said. A date is told by `until`. */
  chain: said(120),
  selfSigned: z.boolean(),
});
export type ShownCertificate = z.infer<typeof shownCertificate>;

const service = z.strictObject({
  address: said(64),
  port: z.int().min(1).max(65_535),
  /** The name that was asked for. */
  name: said(253),
  kind: z.enum(['https', 'panel', 'smtp', 'imap', 'pop3']),
  /** plain: it speaks, and offers no TLS. silent: nobody answered in time. */
  answered: z.enum(['tls', 'plain', 'silent']),
  protocols: z.array(z.enum(PROTOCOLS)).max(4),
  certificate: shownCertificate.nullable(),
});
export type TlsService = z.infer<typeof service>;

export const outsideTls = {
  name: 'outside-tls',
  sentence: 'Protocols and certificates of web, panel and mail services, by real handshakes',
  reading: z.strictObject({
    services: z.array(service).max(400),
    /** Names beyond the bound, which were not asked. */
    left: z.int().nonnegative(),
  }),
} satisfies Source;
