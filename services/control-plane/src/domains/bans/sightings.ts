// How often, where and beside whom an address was seen in the last 24 hours. Counts are bounded: a page says "10,000"
// rather than wait for more.
import { boundsOf, ipRange, type IpRange } from '@muster/kernel/ip-range';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

const MOST = 10_000;

export interface Sighted {
  readonly lines24h: number;
  readonly servers24h: number;
  readonly neighbours24h: number;
  /** The network whose other addresses are the neighbours; null for a range. */
  readonly neighbourRange: string | null;
}

export class Sightings {
  constructor(private readonly database: Connection) {}

  async lines24h(tenantId: string, range: string): Promise<number> {
    const { rows } = await sql<{ lines: number }>`
      select count(*)::int as lines from (${this.#lines(tenantId, ipRange(range))}) seen`.execute(this.database.db);
    return rows[0]?.lines ?? 0;
  }

  async of(tenantId: string, address: string): Promise<Sighted> {
    const range = ipRange(address);
    const { rows } = await sql<{ lines: number; servers: number }>`
      select count(*)::int as lines, count(distinct server_id)::int as servers
      from (${this.#lines(tenantId, range)}) seen`.execute(this.database.db);
    const around = neighbourhood(range);
    const neighbours = around ? await this.#neighbours(tenantId, around, range) : 0;
    return {
      lines24h: rows[0]?.lines ?? 0,
      servers24h: rows[0]?.servers ?? 0,
      neighbours24h: neighbours,
      neighbourRange: around?.text ?? null,
    };
  }

  async #neighbours(tenantId: string, around: IpRange, self: IpRange): Promise<number> {
    const { rows } = await sql<{ neighbours: number }>`
      select count(distinct address)::int as neighbours from (${this.#lines(tenantId, around)}) seen
      where address <> ${self.text}::inet`.execute(this.database.db);
    return rows[0]?.neighbours ?? 0;
  }

  #lines(tenantId: string, range: IpRange) {
    const from = `${range.first}/${range.prefix}`;
    return sql`
      select address, server_id from muster.bans_ban_log
      where address >= ${from}::inet and address <= ${range.last}::inet and tenant_id = ${tenantId}
        and at > now() - interval '24 hours' limit ${MOST}`;
  }
}

/** A customer's network as it is usually given out: /24 for IPv4, /64 for IPv6. */
function neighbourhood(range: IpRange): IpRange | null {
  const { first, last } = boundsOf(range);
  return first === last ? ipRange(`${range.first}/${range.family === 4 ? 24 : 64}`) : null;
}
