// The control panel of the server, by its own command line and files: Plesk, cPanel, DirectAdmin.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';

const plesk = z.strictObject({
  version: said(40),
  api: z.strictObject({ enabled: z.boolean(), allowed: z.array(said(64)).max(100), wellFormed: z.boolean() }),
  /** From where administrators may sign in: `deny` lets only the networks in, `allow` keeps only them out. */
  access: z
    .strictObject({ policy: z.enum(['allow', 'deny']), networks: z.array(said(64)).max(200) })
    .nullable()
    .default(null),
  /** `very_weak` to `very_strong`. */
  passwordStrength: said(20).nullable().default(null),
  /** Enhanced security mode: passwords are kept so that nobody reads them back. */
  enhancedSecurity: z.boolean().nullable().default(null),
});
const cpanel = z.strictObject({
  version: said(40),
  tokens: z
    .array(z.strictObject({ name: said(120), expires: z.boolean(), addresses: z.boolean(), all: z.boolean() }))
    .max(200)
    .nullable(),
  /** What its own Security Advisor calls bad. */
  advice: z
    .array(z.strictObject({ key: said(120), summary: said(300) }))
    .max(100)
    .nullable()
    .default(null),
  secondFactor: z
    .strictObject({ asked: z.boolean(), without: z.array(said(64)).max(200) })
    .nullable()
    .default(null),
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
    ...(await pleskSettings(host, unreadable)),
  };
}

const OF_MISC = "select param, val from misc where param in ('access_policy', 'secure_passwords')";
const OF_ACCESS = 'select type, netaddr, netmask from cp_access';

async function pleskSettings(host: ProbedHost, unreadable: UnreadablePart[]) {
  const misc = await host.run('plesk', ['db', '-Ne', OF_MISC]);
  const rows = await host.run('plesk', ['db', '-Ne', OF_ACCESS]);
  if (misc?.code !== 0 || rows?.code !== 0) couldNot('Plesk’s database', misc?.code === 0 ? rows : misc, unreadable);
  const settings = new Map(lines(misc?.stdout ?? '').map((line) => [line.split('\t')[0], line.split('\t')[1]?.trim()]));
  // Without a row it is as it was installed: everybody may.
  const policy = settings.get('access_policy') === 'deny' ? ('deny' as const) : ('allow' as const);
  const networks = lines(rows?.stdout ?? '').flatMap((line) => {
    const [type, address, mask] = line.split('\t').map((part) => part.trim());
    const counts = type === (policy === 'deny' ? 'allow' : 'deny');
    return counts && address !== undefined ? [`${address}/${mask ?? ''}`.slice(0, 64)] : [];
  });
  const secure = settings.get('secure_passwords');
  const shown = await host.run('plesk', ['bin', 'server_pref', '--show']);
  return {
    access: misc?.code === 0 && rows?.code === 0 ? { policy, networks: networks.slice(0, 200) } : null,
    passwordStrength:
      /^\s*min[_-]password[_-]strength[:\s]+(\w+)/m.exec(shown?.stdout ?? '')?.[1]?.slice(0, 20) ?? null,
    enhancedSecurity: secure === undefined ? null : secure === 'true',
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
    advice: adviceOf(await whm(host, 'fetch_security_advice', unreadable)),
    secondFactor: secondFactorOf(
      await whm(host, 'twofactorauth_policy_status', unreadable),
      await whm(host, 'twofactorauth_get_user_configs', unreadable),
    ),
  };
}

const payload = z.object({
  data: z.object({
    payload: z.array(
      z.object({
        type: z.string(),
        advice: z.object({ key: z.string(), summary: z.string(), type: z.string() }).optional(),
      }),
    ),
  }),
});

/** One that has to do with what must be mended; a module that could not look says nothing. */
function adviceOf(answer: unknown): { key: string; summary: string }[] | null {
  const said = payload.safeParse(answer).data;
  if (said === undefined) return null;
  return said.data.payload
    .flatMap(({ advice }) => (advice?.type === 'ADVISE_BAD' ? [advice] : []))
    .map(({ key, summary }) => ({ key: key.slice(0, 120), summary: summary.replaceAll(/<[^>]*>/g, '').slice(0, 300) }))
    .slice(0, 100);
}

const flag = z.union([z.number(), z.string()]).transform((value) => Number(value) === 1);
const policyStatus = z.object({ data: z.object({ is_enabled: flag }) });
const userConfigs = z.object({ data: z.record(z.string(), z.object({ is_enabled: flag })) });

function secondFactorOf(policy: unknown, users: unknown): { asked: boolean; without: string[] } | null {
  const asked = policyStatus.safeParse(policy).data;
  const configured = userConfigs.safeParse(users).data;
  if (asked === undefined || configured === undefined) return null;
  const without = Object.entries(configured.data).flatMap(([user, { is_enabled: on }]) =>
    on ? [] : [user.slice(0, 64)],
  );
  return { asked: asked.data.is_enabled, without: without.sort().slice(0, 200) };
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
