// Who knocks on a simulated server: a few stubborn addresses and many passing ones, all from TEST-NET-3 (203.0.113.0/24,
// RFC 5737), each found a few times and then banned by a jail, as fail2ban tells it.
import { derivedId } from '@muster/kernel/ids';
import type { BanLogLine, JailFacts } from '@muster/contracts/bans';
import { Seeded } from './seeded.ts';

const BAN_SECONDS = 600;
const FIND_SECONDS = 600;
const MAX_RETRY = 5;
const JAILS = { web: ['sshd', 'nginx-http-auth'], mail: ['sshd', 'postfix-sasl', 'dovecot'], db: ['sshd'] } as const;

export class SimulatedAttackers {
  private readonly name: string;
  private readonly random: Seeded;
  private readonly jails: readonly string[];
  /** jail → address → until when (milliseconds). */
  private readonly banned = new Map<string, Map<string, number>>();
  private readonly totals = new Map<string, { banned: number; failed: number }>();

  constructor(name: string) {
    this.name = name;
    // A different day's noise at each start, the same character.
    this.random = new Seeded(`${name} ${Date.now()}`);
    const purpose = name.split('-')[1];
    this.jails = purpose === 'web' || purpose === 'mail' ? JAILS[purpose] : JAILS.db;
  }

  /** What fail2ban would have logged until `now`: bans that ended, and perhaps somebody new. */
  step(now: Date): BanLogLine[] {
    const lines: BanLogLine[] = [];
    for (const [jail, addresses] of this.banned) {
      for (const [address, until] of addresses) {
        if (until > now.getTime()) continue;
        addresses.delete(address);
        lines.push(this.line('unbanned', jail, address, new Date(until), null));
      }
    }
    const jail = this.random.pick(this.jails);
    const address = `203.0.113.${this.random.next() < 0.3 ? this.random.whole(1, 12) : this.random.whole(13, 254)}`;
    const held = this.banned.get(jail) ?? new Map<string, number>();
    if (held.has(address)) return lines;
    const failures = this.random.whole(MAX_RETRY, MAX_RETRY + 3);
    const first = now.getTime() - failures * 1500;
    for (let one = 0; one < failures; one += 1) {
      lines.push(this.line('found', jail, address, new Date(first + one * 1500), null));
    }
    lines.push(this.line('banned', jail, address, now, failures));
    held.set(address, now.getTime() + BAN_SECONDS * 1000);
    this.banned.set(jail, held);
    const total = this.totals.get(jail) ?? { banned: 0, failed: 0 };
    this.totals.set(jail, { banned: total.banned + 1, failed: total.failed + failures });
    return lines;
  }

  facts(now: Date): JailFacts {
    return {
      at: now.toISOString(),
      version: '1.0.2',
      running: true,
      why: null,
      jails: this.jails.map((jail) => ({
        jail,
        banned: [...(this.banned.get(jail)?.keys() ?? [])],
        bannedTotal: this.totals.get(jail)?.banned ?? 0,
        failedTotal: this.totals.get(jail)?.failed ?? 0,
        maxRetry: MAX_RETRY,
        findSeconds: FIND_SECONDS,
        banSeconds: BAN_SECONDS,
        ignored: ['127.0.0.1/8'],
      })),
    };
  }

  private line(what: BanLogLine['what'], jail: string, address: string, at: Date, failures: number | null): BanLogLine {
    return {
      id: derivedId('simulated', this.name, jail, address, what, at.toISOString()),
      at: at.toISOString(),
      what,
      address,
      jail,
      failures,
      banSeconds: what === 'banned' ? BAN_SECONDS : null,
      banCount: null,
      source: 'action',
    };
  }
}
