// Who is responsible for what, with what was measured at this moment. Pure: measurements in, the matrix out. A duty that
// nobody measured is "not known", never fine.
import type { ClientSite, Duty } from '@muster/contracts/clients';

export interface MeasuredServer {
  readonly name: string;
  readonly answers: boolean;
  /** null: Muster does not keep the ban table of this server, or has not read it back yet. */
  readonly enforced: boolean | null;
  readonly heardAt: Date | null;
}

export interface Measurements {
  readonly servers: readonly MeasuredServer[];
  readonly sites: readonly ClientSite[];
  readonly people: readonly { readonly name: string | null; readonly secondFactor: boolean }[];
  readonly bans24h: number;
  readonly now: Date;
}

/** A certificate that is not renewed by now will not be renewed by itself. */
const RENEWED_BEFORE_MS = 14 * 24 * 3_600_000;
const MOST_NAMED = 20;

export function dutiesOf({ servers, sites, people, bans24h, now }: Measurements): Duty[] {
  const heard = servers.flatMap(({ heardAt }) => heardAt ?? []).sort((a, b) => b.getTime() - a.getTime())[0];
  const at = heard?.toISOString() ?? null;
  const managed = servers.filter(({ enforced }) => enforced !== null);
  const certified = sites.filter(({ certificateUntil }) => certificateUntil !== null);
  const left = (site: ClientSite) => Date.parse(site.certificateUntil ?? '') - now.getTime();
  return [
    counted(
      'servers-answer',
      'platform',
      'critical',
      servers,
      ({ answers }) => answers,
      ({ name }) => name,
      at,
    ),
    counted(
      'sites-served',
      'platform',
      'critical',
      sites,
      ({ state }) => state === 'served',
      ({ name }) => name,
      at,
    ),
    {
      ...counted(
        'certificates',
        'platform',
        'warn',
        certified,
        (site) => left(site) > RENEWED_BEFORE_MS,
        ({ name }) => name,
        at,
      ),
      ...(certified.some((site) => left(site) <= 0) ? { state: 'critical' as const } : {}),
    },
    counted(
      'bans-enforced',
      'platform',
      'warn',
      managed,
      ({ enforced }) => enforced === true,
      ({ name }) => name,
      at,
    ),
    {
      duty: 'attacks-stopped',
      who: 'platform',
      state: sites.length === 0 ? 'unknown' : 'ok',
      measured: { good: bans24h, of: bans24h, names: [], at },
    },
    counted(
      'second-factor',
      'client',
      'warn',
      people,
      ({ secondFactor }) => secondFactor,
      ({ name }) => name ?? '',
      null,
    ),
    {
      duty: 'people',
      who: 'client',
      state: people.length === 0 ? 'unknown' : 'ok',
      measured: { good: people.length, of: people.length, names: [], at: null },
    },
  ];
}

function counted<T>(
  duty: Duty['duty'],
  who: Duty['who'],
  whenBad: 'warn' | 'critical',
  things: readonly T[],
  isGood: (thing: T) => boolean,
  nameOf: (thing: T) => string,
  at: string | null,
): Duty {
  const bad = things.filter((thing) => !isGood(thing));
  const state = things.length === 0 ? 'unknown' : bad.length === 0 ? 'ok' : whenBad;
  const names = bad.map(nameOf).slice(0, MOST_NAMED);
  return { duty, who, state, measured: { good: things.length - bad.length, of: things.length, names, at } };
}
