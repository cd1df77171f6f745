// fail2ban's own view: jails, their settings, who is banned. Read by a small Python program through fail2ban's client
// library (deploy/agent/files/muster-f2b-read), because fail2ban-client answers one question per process.
import type { JailFacts } from '@muster/contracts/bans';
import { parseIpRange } from '@muster/kernel/ip-range';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Exec } from '../../../host/exec.ts';

const text = (max: number) => z.string().transform((value) => value.slice(0, max));

const answer = z.object({
  version: text(40).nullish(),
  running: z.boolean().nullish(),
  why: text(200).nullish(),
  jails: z
    .array(
      z.object({
        jail: text(64),
        banned: z.array(z.string()),
        bannedTotal: z.number(),
        failedTotal: z.number(),
        maxRetry: z.number().nullable(),
        findSeconds: z.number().nullable(),
        banSeconds: z.number().nullable(),
        ignored: z.array(text(64)),
        actions: z.array(z.string()),
        logs: z.array(text(400)).default([]),
      }),
    )
    .default([]),
  database: z.string().nullish(),
});

export interface Fail2banView {
  readonly facts: JailFacts;
  /** Jails whose action reports to us. */
  readonly reporting: ReadonlySet<string>;
  readonly database: string | null;
}

const PYTHON = '/usr/bin/python3';

export async function readFail2ban(exec: Exec, reader: string, now: Date): Promise<Fail2banView> {
  if (!existsSync(PYTHON)) return nothing(now, 'fail2ban is not installed (it needs Python 3, which is not here)');
  const result = await exec(PYTHON, ['-I', reader], { timeoutMs: 20_000 });
  return parseFail2ban(result.stdout, now);
}

export function parseFail2ban(stdout: string, now: Date): Fail2banView {
  let json: unknown;
  try {
    json = JSON.parse(stdout);
  } catch {
    return nothing(now, 'fail2ban could not be read');
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) return nothing(now, 'fail2ban answered in a way that is not understood');
  const { version, running, why, jails, database } = parsed.data;
  return {
    facts: {
      at: now.toISOString(),
      version: version ?? null,
      running: running ?? null,
      why: why ?? null,
      jails: jails.slice(0, 200).map(({ actions: _, ...jail }) => ({
        ...jail,
        banned: jail.banned.flatMap((address) => canonical(address) ?? []).slice(0, 5000),
        ignored: jail.ignored.slice(0, 1000),
        logs: jail.logs.slice(0, 100),
      })),
    },
    reporting: new Set(jails.filter((jail) => jail.actions.includes('muster')).map((jail) => jail.jail)),
    database: database ?? null,
  };
}

const nothing = (now: Date, why: string): Fail2banView => ({
  facts: { at: now.toISOString(), version: null, running: null, why, jails: [] },
  reporting: new Set(),
  database: null,
});

/** fail2ban may ban by other ids than addresses (a user name); those are not ours to show as an address. */
export function canonical(address: string): string | undefined {
  const parsed = parseIpRange(address);
  return parsed.ok ? parsed.range.text : undefined;
}
