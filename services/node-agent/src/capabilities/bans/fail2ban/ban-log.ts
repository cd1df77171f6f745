// fail2ban's three voices turned into ban log lines: events of our action, lines of its log, rows of its database.
// A line's id is made from jail, address, what and second, so the same ban told twice is one line.
import type { BanLogLine } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { z } from 'zod';
import { canonical } from './jails.ts';

const whole = z.coerce.number().int().nonnegative();

/** What the action sends through muster-f2b-event: fail2ban's substitutions, all of them text. */
const actionEvent = z.object({
  ev: z.enum(['ban', 'unban', 'flush']),
  jail: z.string().min(1).max(64),
  ip: z.string().max(64).optional(),
  time: z.coerce.number().positive().optional(),
  failures: whole.optional().catch(undefined),
  bantime: z.coerce.number().int().min(-1).optional().catch(undefined),
  bancount: whole.optional().catch(undefined),
  restored: z.string().optional(),
});

export type Fail2banEvent =
  | { readonly kind: 'line'; readonly line: BanLogLine }
  /** All bans of a jail were dropped at once: a stop, a restart, or a real "unban all". Only asking again tells. */
  | { readonly kind: 'flush'; readonly jail: string }
  /** A ban that fail2ban took up again after a restart: nothing new happened. */
  | { readonly kind: 'restored'; readonly jail: string; readonly address: string };

export function fromAction(json: string, now: Date): Fail2banEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const parsed = actionEvent.safeParse(value);
  if (!parsed.success) return undefined;
  const event = parsed.data;
  if (event.ev === 'flush') return { kind: 'flush', jail: event.jail };
  const address = canonical(event.ip ?? '');
  if (address === undefined) return undefined;
  if (event.ev === 'unban') {
    // <time> of an unban is the time of the ban; what happened now is the unban.
    return { kind: 'line', line: lineOf(event.jail, address, 'unbanned', seconds(now), 'action') };
  }
  if (event.restored === '1') return { kind: 'restored', jail: event.jail, address };
  return {
    kind: 'line',
    line: {
      // fail2ban stores round(time) in its database: the same second, the same id.
      ...lineOf(
        event.jail,
        address,
        'banned',
        event.time === undefined ? seconds(now) : Math.round(event.time),
        'action',
      ),
      failures: event.failures ?? null,
      banSeconds: event.bantime ?? null,
      banCount: event.bancount ?? null,
    },
  };
}

const LOG_LINE =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) fail2ban\.(filter|actions|server)\s*\[\d+\]: [A-Z]+\s+(.*)$/;
const SAYING = /^\[([^\]]{1,64})\] (Found|Ban|Unban|Restore Ban|Flush ticket\(s\) with|Increase Ban) ?(\S*)/;

export type LogSaying =
  | {
      readonly kind: 'found' | 'banned' | 'unbanned' | 'restored';
      readonly jail: string;
      readonly address: string;
      readonly at: Date;
    }
  | { readonly kind: 'flush'; readonly jail: string }
  | { readonly kind: 'stopping' };

/** fail2ban writes local time without a zone; `zoneOffsetMinutes` as of Date.getTimezoneOffset. */
export function parseLogLine(line: string, zoneOffsetMinutes = new Date().getTimezoneOffset()): LogSaying | undefined {
  const match = LOG_LINE.exec(line);
  if (match === null) return undefined;
  const [, day, time, milliseconds, part, message = ''] = match;
  if (part === 'server')
    return /^(?:Shutdown in progress|Stopping all jails|Exiting Fail2ban)/.test(message)
      ? { kind: 'stopping' }
      : undefined;
  const saying = SAYING.exec(message);
  if (saying === null) return undefined;
  const [, jail = '', verb, who = ''] = saying;
  if (verb?.startsWith('Flush') === true) return { kind: 'flush', jail };
  const address = canonical(who);
  if (address === undefined) return undefined;
  const at = new Date(Date.parse(`${day}T${time}.${milliseconds}Z`) + zoneOffsetMinutes * 60_000);
  const kind =
    verb === 'Found' ? 'found' : verb === 'Unban' ? 'unbanned' : verb === 'Restore Ban' ? 'restored' : 'banned';
  return { kind, jail, address, at };
}

const historyRow = z.object({
  jail: z.string().max(64),
  ip: z.string(),
  timeofban: z.number(),
  bantime: z.number(),
  bancount: z.number(),
  failures: z.number().nullable(),
});

export function fromHistory(row: unknown): BanLogLine | undefined {
  const parsed = historyRow.safeParse(row);
  if (!parsed.success) return undefined;
  const address = canonical(parsed.data.ip);
  if (address === undefined) return undefined;
  return {
    ...lineOf(parsed.data.jail, address, 'banned', parsed.data.timeofban, 'history'),
    failures: parsed.data.failures,
    banSeconds: Math.max(-1, parsed.data.bantime),
    banCount: parsed.data.bancount,
  };
}

/** `at` in whole seconds. */
export function lineOf(
  jail: string,
  address: string,
  what: BanLogLine['what'],
  at: number,
  source: BanLogLine['source'],
): BanLogLine {
  return {
    id: derivedId('ban-log', jail, address, what, String(at)),
    at: new Date(at * 1000).toISOString(),
    what,
    address,
    jail,
    failures: null,
    banSeconds: null,
    banCount: null,
    source,
  };
}

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
