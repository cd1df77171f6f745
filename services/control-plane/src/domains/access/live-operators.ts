// From where operators are signed in right now, for whoever must not cut them off. Addresses only, never whose.
import { rangeSize, type IpRange } from '@muster/kernel/ip-range';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import { SecretBox, type MasterKey, type PersonalData } from '../../platform/personal-data/personal-data.ts';
import { SEALED_FOR } from './people.ts';

interface LiveAddresses {
  /** Each once. */
  readonly addresses: readonly string[];
  /** Operators who are signed in from an address that cannot be read any more. */
  readonly unread: number;
  /** Whether one of those addresses may lie in this range. */
  mayHide(range: IpRange): boolean;
}

export class LiveOperators {
  readonly #box: SecretBox;

  constructor(
    private readonly database: Connection,
    private readonly personal: PersonalData,
    master: MasterKey,
    /** A session that was not used for longer is over, although nobody has said so yet. */
    private readonly idleSeconds: number,
  ) {
    this.#box = new SecretBox(master, SEALED_FOR);
  }

  /**
   * A client's people are no operators: what keeps one of them reachable keeps the thief of one client's password
   * unblockable on the servers of all the others.
   */
  async now(tenantId: string): Promise<LiveAddresses> {
    const { rows } = await sql<{ source: string; source_tag: string }>`
      select source, source_tag from muster.access_sessions s
      where tenant_id = ${tenantId} and ended_at is null and expires_at > now()
        and used_at > now() - make_interval(secs => ${this.idleSeconds})
        and exists (
          select 1 from muster.access_grants g
          where g.holder_id = s.person_id and g.tenant_id = s.tenant_id and g.scope ->> 'kind' <> 'client'
            and g.ended_at is null and g.starts_at <= now() and (g.until is null or g.until > now()))`.execute(
      this.database.db,
    );
    const read = await Promise.all(
      rows.map(async (row) => ({ tag: row.source_tag, address: await this.personal.openIfReadable(row.source) })),
    );
    const addresses = new Set(read.flatMap(({ address }) => address ?? []));
    const unread = read.filter(({ address }) => typeof address !== 'string').map(({ tag }) => tag);
    return {
      addresses: [...addresses],
      unread: unread.length,
      // One address is told by its keyed hash; of a wider range nobody can say.
      mayHide: (range) => unread.length > 0 && (rangeSize(range) !== '1' || unread.includes(this.#box.tag(range.text))),
    };
  }
}
