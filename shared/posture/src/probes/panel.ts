// The control panel of the server, by its own command line and files: Plesk, cPanel, DirectAdmin.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';

const plesk = z.strictObject({
  version: said(40),
  api: z.strictObject({ enabled: z.boolean(), allowed: z.array(said(64)).max(100), wellFormed: z.boolean() }),
});
const cpanel = z.strictObject({
  version: said(40),
  tokens: z
    .array(z.strictObject({ name: said(120), expires: z.boolean(), addresses: z.boolean(), all: z.boolean() }))
    .max(200)
    .nullable(),
});
const directadmin = z.strictObject({ settings: z.record(said(40), said(20)) });

export const panel = probe('panel', {
  sentence: 'Plesk, cPanel or DirectAdmin: version, who may enter, and the panel’s own security switches',
  cadence: 'hourly',
  costMs: 900,
  privilege: 'the panel’s command line and files',
  reading: z.strictObject({
    plesk: plesk.nullable(),
    cpanel: cpanel.nullable(),
    directadmin: directadmin.nullable(),
  }),
  async gather(host, unreadable) {
    return {
      plesk: await pleskOf(host, unreadable),
      cpanel: await cpanelOf(host, unreadable),
      directadmin: await directadminOf(host, unreadable),
    };
  },
});

async function pleskOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const version = await host.run('plesk', ['version']);
  if (version === undefined) return null;
  const ini = (await textOf(host, '/usr/local/psa/admin/conf/panel.ini', unreadable)) ?? '';
  const [, api = ''] = /^\[api\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(ini) ?? [];
  const allowed = /^\s*allowedIPs\s*=\s*"?([^"\n]*)"?/m.exec(api)?.[1]?.trim() ?? '';
  return {
    version: (/(\d+\.\d+\.\d+(?: Update #\d+|\.\d+)?)/.exec(version.stdout)?.[1] ?? '').slice(0, 40),
    api: {
      enabled: !/^\s*enabled\s*=\s*"?(?:off|false|0|no)\b/im.test(api),
      allowed: allowed
        .split(/[,\s]+/)
        .map((one) => one.slice(0, 64))
        .filter((one) => one !== '')
        .slice(0, 100),
      // Addresses stand with a comma or a blank between them, never with both.
      wellFormed: !/\s,|,\s/.test(allowed),
    },
  };
}

const tokens = z.object({
  data: z.object({
    tokens: z.record(
      z.string(),
      z.object({
        expires_at: z.number().nullish(),
        whitelist_ips: z.array(z.string()).nullish(),
        acls: z.record(z.string(), z.unknown()).nullish(),
      }),
    ),
  }),
});

async function cpanelOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const version = await host.read('/usr/local/cpanel/version');
  if (version.state !== 'read') return null;
  const listed = tokens.safeParse(await whm(host, 'api_token_list', unreadable)).data;
  return {
    version: version.text.trim().slice(0, 40),
    tokens:
      listed === undefined
        ? null
        : Object.entries(listed.data.tokens)
            .map(([name, token]) => ({
              name: name.slice(0, 120),
              expires: (token.expires_at ?? 0) > 0,
              addresses: (token.whitelist_ips ?? []).length > 0,
              all: Number(token.acls?.['all'] ?? 0) === 1,
            }))
            .slice(0, 200),
  };
}

async function whm(host: ProbedHost, call: string, unreadable: UnreadablePart[]): Promise<unknown> {
  const ran = await host.run('whmapi1', ['--output=json', call]);
  if (ran?.code !== 0) {
    couldNot(`whmapi1 ${call}`, ran, unreadable);
    return undefined;
  }
  try {
    return JSON.parse(ran.stdout);
  } catch {
    return undefined;
  }
}

const DIRECTADMIN = ['bruteforce', 'brute_force_log_scanner', 'enforce_difficult_passwords', 'ssl'];

async function directadminOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const file = await host.read('/usr/local/directadmin/conf/directadmin.conf');
  if (file.state === 'absent') return null;
  if (file.state === 'unreadable') {
    unreadable.push({ what: 'directadmin.conf', why: file.why.slice(0, 200) });
    return null;
  }
  return {
    settings: Object.fromEntries(
      lines(file.text).flatMap((line) => {
        const [key = '', value = ''] = line.split('=', 2);
        return DIRECTADMIN.includes(key) ? [[key, value.trim().slice(0, 20)] as const] : [];
      }),
    ),
  };
}
