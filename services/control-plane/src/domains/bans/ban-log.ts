// Reads the ban log: newest first, by address or range, server, jail, what and time, in keyset pages.
import type { BanLogRow } from '@muster/contracts/bans';
import { boundsOf, ipRange, type IpRange } from '@muster/kernel/ip-range';
import { sql, type RawBuilder } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import { currentSight, seesFleet } from '../../platform/database/sight.ts';
import type { PersonNames } from '../../platform/personal-data/person-names.ts';
import type { ServerDirectory } from '../servers/index.ts';
import { cursorOf, type Key } from './queries/keyset.ts';
import { ServerRefs } from './queries/server-refs.ts';

export interface BanLogSearch {
  readonly address?: string | undefined;
  readonly server?: string | undefined;
  readonly jail?: string | undefined;
  readonly what?: BanLogRow['what'] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly before: Key | null;
  readonly limit: number;
}

interface Row {
  at: Date;
  at_key: string;
  line_id: string;
  server_id: string | null;
  place: string | null;
  what: BanLogRow['what'];
  address: string | null;
  by_kind: 'jail' | 'person' | 'system';
  by_name: string;
  failures: number | null;
  ban_seconds: number | null;
  until: Date | null;
  source: string;
  block_id: string | null;
}

export class BanLog {
  readonly #refs: ServerRefs;

  constructor(
    private readonly database: Connection,
    private readonly directory: ServerDirectory,
    private readonly people: PersonNames,
  ) {
    this.#refs = new ServerRefs(directory);
  }

  async search(tenantId: string, search: BanLogSearch): Promise<{ rows: BanLogRow[]; next: string | null }> {
    const { rows } = await statement(tenantId, search, await this.#few()).execute(this.database.db);
    const page = rows.slice(0, search.limit);
    const last = page.at(-1);
    const next = rows.length > search.limit && last ? cursorOf({ at: last.at_key, id: last.line_id }) : null;
    return { rows: await this.#named(tenantId, page), next };
  }

  /** The reader's servers when they are few; null when not, or when he sees all of them. */
  async #few(): Promise<readonly string[] | null> {
    const sight = currentSight();
    if (!sight || seesFleet(sight)) return null;
    const { rows } = await sql<{ id: string }>`
      select id from muster.visible_servers() id limit ${FEW + 1}`.execute(this.database.db);
    return rows.length > FEW ? null : rows.map(({ id }) => id);
  }

  async #named(tenantId: string, rows: readonly Row[]): Promise<BanLogRow[]> {
    const people = rows.flatMap((row) => (row.by_kind === 'person' ? [row.by_name] : []));
    const groups = rows.flatMap((row) => (row.place?.startsWith('group ') ? [row.place.slice(6)] : []));
    const [refs, names, groupNames, ends] = await Promise.all([
      this.#refs.of(
        tenantId,
        rows.flatMap((row) => row.server_id ?? []),
      ),
      this.people.names(people),
      groups.length > 0 ? this.directory.names([...new Set(groups)]) : new Map<string, string>(),
      this.#ends(tenantId, rows),
    ]);
    return rows.map((row) => ({
      cursor: cursorOf({ at: row.at_key, id: row.line_id }),
      id: row.line_id,
      at: row.at.toISOString(),
      what: row.what,
      address: row.address,
      by: { kind: row.by_kind, name: row.by_kind === 'person' ? (names.get(row.by_name) ?? row.by_name) : row.by_name },
      server: row.server_id === null ? null : refs(row.server_id),
      where: row.server_id !== null || row.place === null ? null : placeInWords(row.place, groupNames),
      failures: row.failures,
      banSeconds: row.ban_seconds,
      until: row.until?.toISOString() ?? null,
      endedAt: ends.get(row.line_id) ?? null,
      source: row.source,
      blockId: row.block_id,
    }));
  }

  /** When these bans and blocks were over before their time, by line. */
  async #ends(tenantId: string, rows: readonly Row[]): Promise<ReadonlyMap<string, string>> {
    const begun = rows.filter(({ what, address }) => (what === 'banned' || what === 'blocked') && address !== null);
    if (begun.length === 0) return new Map();
    const column = <Key extends keyof Row>(key: Key): Row[Key][] => begun.map((row) => row[key]);
    const { rows: ended } = await sql<{ line_id: string; ended_at: Date }>`
      select b.line_id, over.at as ended_at
      from unnest(${column('line_id')}::uuid[], ${column('at')}::timestamptz[], ${column('address')}::inet[],
          ${column('server_id')}::uuid[], ${column('by_name')}::text[], ${column('block_id')}::uuid[])
        as b(line_id, at, address, server_id, by_name, block_id)
      cross join lateral (
        select l.at from ${LOG} l
        where l.tenant_id = ${tenantId}::uuid and l.address = b.address and l.at >= b.at
          and ((l.what = 'unbanned' and l.server_id = b.server_id and l.by_name = b.by_name)
            or (l.what = 'unblocked' and l.block_id = b.block_id))
        order by l.at limit 1) over`.execute(this.database.db);
    return new Map(ended.map((row) => [row.line_id, row.ended_at.toISOString()]));
  }
}

function placeInWords(place: string, groups: ReadonlyMap<string, string>): string {
  if (place === 'fleet') return 'the fleet';
  if (!place.startsWith('group ')) return place;
  const id = place.slice(6);
  return groups.get(id) ?? id;
}

const COLUMNS = sql`at, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at_key, line_id, server_id, place,
  what, address, by_kind, by_name, failures, ban_seconds, until, source, block_id`;
const LOG = sql`muster.bans_ban_log`;
/** Servers whose newest lines are looked up one by one; whoever sees more finds a page of them in the whole log soon. */
const FEW = 200;

/**
 * Exported for the test that looks at its plan. Row-level security shows the same rows without `few`; but a reader of three
 * servers among thousands would have the whole log read backwards until a page of their lines was found.
 */
export function statement(
  tenantId: string,
  search: BanLogSearch,
  few: readonly string[] | null = null,
): RawBuilder<Row> {
  const { address, limit } = search;
  const filters = [sql`tenant_id = ${tenantId}::uuid`, ...filtersOf(search)];
  const tail = sql`order by at desc, line_id desc limit ${limit + 1}`;
  if (address === undefined && few !== null && search.server === undefined) return ofFew(few, filters, tail);
  if (address === undefined) return sql<Row>`select ${COLUMNS} from ${LOG} where ${all(filters)} ${tail}`;
  const range = ipRange(address);
  // Lines that lie in the range come by a stretch of the index; what people blocked may also hold the range from above,
  // and that is few enough to be looked through.
  return sql<Row>`
    select * from (
      (select ${COLUMNS} from ${LOG} where ${all([inside(range), ...filters])} ${tail})
      union all
      (select ${COLUMNS} from ${LOG} where ${all([sql`source = 'muster' and address >> ${range.text}::inet`, ...filters])} ${tail})
    ) found ${tail}`;
}

/** The newest of each server by its own stretch of the index, and what was done to more than one server. */
function ofFew(
  few: readonly string[],
  filters: readonly RawBuilder<unknown>[],
  tail: RawBuilder<unknown>,
): RawBuilder<Row> {
  return sql<Row>`
    select * from (
      (select one.* from unnest(${[...few]}::uuid[]) mine (id) cross join lateral (
         select ${COLUMNS} from ${LOG} where ${all([sql`server_id = mine.id`, ...filters])} ${tail}) one)
      union all
      (select ${COLUMNS} from ${LOG} where ${all([sql`source = 'muster' and server_id is null`, ...filters])} ${tail})
    ) found ${tail}`;
}

/** Addresses are stored as single ones or as ranges; both sort between the ends of a range that holds them. */
function inside(range: IpRange): RawBuilder<unknown> {
  const { first, last } = boundsOf(range);
  if (first === last) return sql`address = ${range.text}::inet`;
  return sql`address >= ${`${range.first}/${range.prefix}`}::inet and address <= ${range.last}::inet`;
}

function filtersOf({ server, jail, what, from, to, before }: BanLogSearch): RawBuilder<unknown>[] {
  return [
    ...(server === undefined ? [] : [sql`server_id = ${server}::uuid`]),
    ...(jail === undefined ? [] : [sql`by_name = ${jail} and by_kind = 'jail'`]),
    ...(what === undefined ? [] : [sql`what = ${what}`]),
    // Said twice, so that the small index over what Muster did is used for the rare kinds.
    ...(what !== undefined && OURS.has(what) ? [sql`source = 'muster'`] : []),
    ...(from === undefined ? [] : [sql`at >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`at <= ${to}::timestamptz`]),
    ...(before === null ? [] : [sql`(at, line_id) < (${before.at}::timestamptz, ${before.id}::uuid)`]),
  ];
}

const OURS: ReadonlySet<BanLogRow['what']> = new Set(['blocked', 'unblocked', 'repaired']);
const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql.join([...conditions], sql` and `);
