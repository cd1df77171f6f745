// Postfix and Dovecot: who may send through this server, what is encrypted, and what waits.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import type { ProbedHost } from '../host.ts';

const KEYS = [
  'inet_interfaces',
  'mynetworks',
  'smtpd_relay_restrictions',
  'smtpd_recipient_restrictions',
  'smtpd_tls_security_level',
  'smtp_tls_security_level',
  'smtpd_tls_cert_file',
  'smtpd_tls_auth_only',
  'smtpd_sasl_auth_enable',
] as const;

export const mail = probe('mail', {
  sentence: 'What Postfix relays for whom and encrypts, what Dovecot asks for, and how much mail waits',
  cadence: 'hourly',
  costMs: 60,
  privilege: 'the queue of mail',
  reading: z.strictObject({
    postfix: z
      .strictObject({
        settings: z.record(said(60), said(400)),
        /** Services of master.cf that are on, with what they set themselves. */
        submission: z.array(z.strictObject({ service: said(40), settings: z.array(said(200)).max(30) })).max(20),
        queue: z
          .strictObject({
            messages: z.int().nonnegative(),
            oldestAt: z.int().nonnegative().nullable(),
            topSender: said(120),
            topCount: z.int().nonnegative(),
          })
          .nullable(),
      })
      .nullable(),
    dovecot: z.strictObject({ ssl: said(20), plaintextBarred: z.boolean(), minProtocol: said(20) }).nullable(),
  }),
  async gather(host, unreadable) {
    return { postfix: await postfixOf(host, unreadable), dovecot: await dovecotOf(host, unreadable) };
  },
});

async function postfixOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const ran = await host.run('postconf', [...KEYS]);
  if (ran === undefined) return null;
  if (ran.code !== 0) {
    couldNot('postconf', ran, unreadable);
    return null;
  }
  const settings: Record<string, string> = {};
  for (const line of lines(ran.stdout)) {
    const [, key, value = ''] = /^(\w+) = ?(.*)$/.exec(line) ?? [];
    if (key !== undefined) settings[key] = value.slice(0, 400);
  }
  const services = await host.run('postconf', ['-M']);
  const on = lines(services?.stdout ?? '').filter((line) =>
    /^(?:submission|submissions|smtps|465|587)\s+inet\s/.test(line),
  );
  return {
    settings,
    submission: on
      .map((line) => ({
        service: line.split(/\s+/)[0]?.slice(0, 40) ?? '',
        settings: [...line.matchAll(/-o\s+(smtpd_(?:tls|sasl|relay)\w*=\S+)/g)]
          .map(([, set]) => (set ?? '').slice(0, 200))
          .slice(0, 30),
      }))
      .slice(0, 20),
    queue: await queueOf(host, unreadable),
  };
}

async function queueOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const ran = await host.run('postqueue', ['-j']);
  if (ran?.code !== 0) {
    couldNot('the queue of mail', ran, unreadable);
    return null;
  }
  return parseQueue(ran.stdout);
}

/** `arrival_time` is when a message came, `sender` who it says it is from; recipients stay here. */
export function parseQueue(text: string) {
  const bySender = new Map<string, number>();
  let oldestAt: number | null = null;
  let messages = 0;
  for (const line of lines(text)) {
    const at = Number(/"arrival_time": ?(\d+)/.exec(line)?.[1] ?? 0);
    const sender = /"sender": ?"([^"]*)"/.exec(line)?.[1] ?? '';
    if (at === 0) continue;
    messages += 1;
    oldestAt = Math.min(oldestAt ?? at, at);
    bySender.set(sender, (bySender.get(sender) ?? 0) + 1);
  }
  const [top = ['', 0] as const] = [...bySender].sort((a, b) => b[1] - a[1]);
  return { messages, oldestAt, topSender: top[0].slice(0, 120), topCount: top[1] };
}

async function dovecotOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const ran = await host.run('doveconf', ['-h', 'ssl', 'disable_plaintext_auth', 'ssl_min_protocol']);
  if (ran === undefined) return null;
  const [ssl, barred, minProtocol] = ran.stdout.split('\n');
  if (ran.code !== 0 || minProtocol === undefined) {
    couldNot('doveconf', ran, unreadable);
    return null;
  }
  return { ssl: (ssl ?? '').slice(0, 20), plaintextBarred: barred === 'yes', minProtocol: minProtocol.slice(0, 20) };
}
