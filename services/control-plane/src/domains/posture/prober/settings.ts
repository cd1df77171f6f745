// What the prober takes from its environment: no more than it needs, so that it can be given no more.
import { isIP } from 'node:net';
import { ipRange, parseIpRange, purposeOf } from '@muster/kernel/ip-range';
import { z } from 'zod';
import { SettingsError, withFiles } from '../../../platform/config/secret-files.ts';
import { aliveFile } from '../../../platform/config/settings.ts';
import { NEVER } from './own-addresses.ts';

const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

const network = z.string().superRefine((text, context) => {
  const parsed = parseIpRange(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.reason });
  else if (NEVER.has(purposeOf(parsed.range))) {
    context.addIssue({ code: 'custom', message: `holds ${text}, where no server is ever looked at` });
  }
});
/** `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353` */
const resolver = z.string().refine((text) => {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? text) !== 0;
}, 'takes addresses of resolvers, like 192.0.2.53 or [2001:db8::53]:5353');

export const proberSettingsSchema = z.object({
  MUSTER_DATABASE_URL_PROBER: z
    .string({ error: 'is missing: give a postgresql:// address' })
    .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
    .describe('Database as the role of the prober'),
  MUSTER_PROBER_NETWORKS: list('')
    .pipe(z.array(network).max(200))
    .describe(
      'Networks of your own, by commas: an address in them that a server says it has is believed. Private networks are looked at only when they stand here, as in a lab',
    ),
  MUSTER_PROBER_RESOLVERS: list('')
    .pipe(z.array(resolver).max(4))
    .describe('Resolvers of the DNS, by commas; for DNSSEC one that validates. Absent: those of the system'),
  MUSTER_PROBER_EVERY_SECONDS: z.coerce
    .number()
    .min(1)
    .max(86_400)
    .default(4 * 3600)
    .describe('How often each server is looked at, give or take a tenth'),
  MUSTER_PROBER_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(10)
    .describe('How many servers are looked at at the same time'),
  MUSTER_PROBER_DKIM_SELECTORS: list('default,mail,dkim,s1,k1')
    .pipe(z.array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'takes selectors, like default')).max(20))
    .describe('Selectors under which keys of DKIM are looked for, beside those that a server says it signs with'),
  MUSTER_ALIVE_FILE: aliveFile,
  MUSTER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type ProberSettings = z.infer<typeof proberSettingsSchema>;

/** Throws SettingsError whose message names each variable that is wrong. */
export function readProberSettings(environment: NodeJS.ProcessEnv): ProberSettings {
  const parsed = proberSettingsSchema.safeParse(withFiles(environment));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new SettingsError(`The environment is not complete: ${lines.join('; ')}`);
}

export const networksOf = (settings: ProberSettings) => settings.MUSTER_PROBER_NETWORKS.map(ipRange);
