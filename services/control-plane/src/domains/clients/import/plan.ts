// What an import would do, line by line. Pure: lines and what is known come in; a report and the steps go out. Found again
// by reference, so the same list twice is all "same"; a line that cannot be done says where, and what to write instead.
import { understoodRow, type ImportLine, type ImportRow, type UnderstoodRow } from '@muster/contracts/clients';
import { derivedId } from '@muster/kernel/ids';
import { siteIdOf } from '../streams.ts';

export interface KnownClient {
  readonly clientId: string;
  readonly name: string;
}
export interface KnownSite {
  readonly siteId: string;
  readonly name: string;
  readonly serverId: string | null;
  readonly externalRef: string | null;
  readonly clientId: string | null;
  readonly byHand: boolean;
}
export interface KnownPerson {
  readonly personId: string;
  readonly clientId: string;
  readonly role: string;
}
export interface Known {
  readonly tenantId: string;
  readonly clientsByRef: ReadonlyMap<string, KnownClient>;
  /** In small letters, of every client. */
  readonly clientNames: ReadonlyMap<string, string>;
  readonly sitesByRef: ReadonlyMap<string, KnownSite>;
  readonly sitesById: ReadonlyMap<string, KnownSite>;
  /** In small letters, with the client whose own it is. */
  readonly servers: ReadonlyMap<string, { readonly serverId: string; readonly clientId: string | null }>;
  readonly peopleByRef: ReadonlyMap<string, KnownPerson>;
}

/** Which of the list, from 0, and the line by which people know it. */
interface Where {
  readonly at: number;
  readonly line: number;
}

type RowOf<K extends UnderstoodRow['kind']> = Extract<UnderstoodRow, { kind: K }>;
/** `at`: which of the list it carries out. */
export type Step =
  | { readonly do: 'create-client'; readonly at: number; readonly clientId: string; readonly row: RowOf<'client'> }
  | {
      readonly do: 'rename-client';
      readonly at: number;
      readonly clientId: string;
      readonly from: string;
      readonly row: RowOf<'client'>;
    }
  | {
      readonly do: 'file-site';
      readonly at: number;
      readonly siteId: string;
      readonly serverId: string | null;
      readonly clientId: string;
      readonly row: RowOf<'site'>;
    }
  | { readonly do: 'invite-person'; readonly at: number; readonly clientId: string; readonly row: RowOf<'person'> };

export interface Plan {
  readonly lines: ImportLine[];
  readonly steps: Step[];
}

interface Verdict {
  readonly outcome: ImportLine['outcome'];
  readonly what: string;
  readonly column?: string;
  readonly instead?: string;
  readonly step?: Step;
}

const same = (what: string): Verdict => ({ outcome: 'same', what });
const refused = (column: string, what: string, instead: string): Verdict => ({
  outcome: 'refused',
  what,
  column,
  instead,
});

export function planImport(rows: readonly ImportRow[], known: Known): Plan {
  const planner = new Planner(known);
  const read = rows.map((row, at) => ({ at, line: row.line ?? at + 1, row, understood: understoodRow.safeParse(row) }));
  const verdicts = new Map<number, Verdict>();
  // Clients first: a line may name one that stands below it.
  for (const clients of [true, false]) {
    for (const { at, line, row, understood } of read) {
      if ((row.kind === 'client') !== clients) continue;
      verdicts.set(
        at,
        understood.success ? planner.judge({ at, line }, understood.data) : misread(row, understood.error.issues),
      );
    }
  }
  const judged = read.map(({ at, line, row }) => ({ line, row, verdict: verdicts.get(at) ?? same('') }));
  return {
    lines: judged.map(({ line, row, verdict: { outcome, what, column, instead } }) => ({
      line,
      kind: row.kind.slice(0, 40),
      ref: row.ref.slice(0, 200),
      outcome,
      what,
      column: column ?? null,
      instead: instead ?? null,
    })),
    steps: judged.flatMap(({ verdict }) => verdict.step ?? []),
  };
}

class Planner {
  readonly #known: Known;
  readonly #clients = new Map<string, KnownClient>();
  readonly #names: Map<string, string>;
  /** References of this list, with their line. */
  readonly #seen = new Map<string, number>();
  readonly #sites = new Map<string, number>();

  constructor(known: Known) {
    this.#known = known;
    this.#names = new Map(known.clientNames);
  }

  judge(where: Where, row: UnderstoodRow): Verdict {
    const key = `${row.kind} ${row.ref}`;
    const before = this.#seen.get(key);
    if (before !== undefined) {
      return refused('ref', `Line ${before} has the reference ${row.ref} already`, 'one line for each reference');
    }
    this.#seen.set(key, where.line);
    switch (row.kind) {
      case 'client':
        return this.#client(where, row);
      case 'site':
        return this.#site(where, row);
      case 'person':
        return this.#person(where, row);
    }
  }

  #client({ at }: Where, row: RowOf<'client'>): Verdict {
    const there = this.#known.clientsByRef.get(row.ref);
    const clientId = there?.clientId ?? derivedId('client-import', this.#known.tenantId, row.ref);
    const holder = this.#names.get(row.name.toLowerCase());
    if (holder !== undefined && holder !== clientId) {
      const instead = 'another name, or that client’s own reference';
      return refused('name', `Another client is called ${row.name} already`, instead);
    }
    this.#names.set(row.name.toLowerCase(), clientId);
    this.#clients.set(row.ref, { clientId, name: row.name });
    if (!there) {
      return {
        outcome: 'create',
        what: `Creates the client ${row.name}`,
        step: { do: 'create-client', at, clientId, row },
      };
    }
    if (there.name === row.name) return same(`The client ${row.name} is there`);
    return {
      outcome: 'change',
      what: `Renames ${there.name} to ${row.name}`,
      step: { do: 'rename-client', at, clientId, from: there.name, row },
    };
  }

  #site({ at, line }: Where, row: RowOf<'site'>): Verdict {
    const client = this.#clientOf(row.client);
    if (!client) return noClient(row.client);
    const server = row.server === null ? null : this.#known.servers.get(row.server.toLowerCase());
    if (server === undefined) {
      return refused('server', `No server is called ${row.server}`, 'the name of an enrolled server, or nothing');
    }
    if (server !== null && server.clientId !== null && server.clientId !== client.clientId) {
      return refused(
        'server',
        `${row.server} is another client’s own server`,
        'a server that is shared, or the client’s own',
      );
    }
    const serverId = server?.serverId ?? null;
    const siteId = siteIdOf(this.#known.tenantId, serverId, row.domain);
    const place = row.server === null ? '' : ` on ${row.server}`;
    const twice = this.#sites.get(siteId);
    if (twice !== undefined)
      return refused('domain', `Line ${twice} is about ${row.domain}${place} already`, 'one line for each site');
    this.#sites.set(siteId, line);
    const named = this.#known.sitesByRef.get(row.ref);
    if (named && named.siteId !== siteId) {
      const instead = 'its name and server as they are, or a reference of its own';
      return refused('domain', `The reference ${row.ref} is that of ${named.name}, elsewhere`, instead);
    }
    const step: Step = { do: 'file-site', at, siteId, serverId, clientId: client.clientId, row };
    const there = this.#known.sitesById.get(siteId);
    if (!there) return { outcome: 'create', what: `Adds ${row.domain}${place} for ${client.name}`, step };
    if (there.externalRef !== null && there.externalRef !== row.ref) {
      return refused('ref', `${row.domain}${place} has the reference ${there.externalRef}`, there.externalRef);
    }
    if (there.clientId === client.clientId && there.externalRef === row.ref)
      return same(`${row.domain} is ${client.name}’s`);
    if (there.byHand && there.clientId !== client.clientId) {
      const whose = there.clientId === null ? 'nobody' : 'another client';
      return refused(
        'client',
        `${row.domain} was given to ${whose} by hand, which stays`,
        'the client it was given to, or give it by hand',
      );
    }
    return { outcome: 'change', what: `Gives ${row.domain}${place} to ${client.name}`, step };
  }

  #person({ at }: Where, row: RowOf<'person'>): Verdict {
    const client = this.#clientOf(row.client);
    if (!client) return noClient(row.client);
    const there = this.#known.peopleByRef.get(row.ref);
    if (!there) {
      const what = `Invites ${row.name} as ${row.role === 'client-admin' ? 'administrator' : 'viewer'} of ${client.name}`;
      return { outcome: 'create', what, step: { do: 'invite-person', at, clientId: client.clientId, row } };
    }
    if (there.clientId !== client.clientId) {
      return refused(
        'client',
        `The reference ${row.ref} is that of a person of another client`,
        'a reference of their own',
      );
    }
    if (there.role !== row.role) {
      return refused('role', `They hold the role ${there.role}`, `${there.role}, or change the grant under Grants`);
    }
    return same('They are there. Name and address are their own to change');
  }

  #clientOf(reference: string): KnownClient | undefined {
    return this.#clients.get(reference) ?? this.#known.clientsByRef.get(reference);
  }
}

function noClient(reference: string): Verdict {
  return refused(
    'client',
    `No client has the reference ${reference}`,
    'the reference of a client, or a line that creates it',
  );
}

function misread(row: ImportRow, issues: readonly { path: readonly PropertyKey[]; message: string }[]): Verdict {
  if (!['client', 'site', 'person'].includes(row.kind)) {
    return refused(
      'kind',
      `${row.kind === '' ? 'Nothing' : row.kind.slice(0, 40)} is not a kind of line`,
      'client, site or person',
    );
  }
  const [issue] = issues;
  const column = String(issue?.path[0] ?? 'kind');
  const given = String(Reflect.get(row, column) ?? '');
  const what =
    given === ''
      ? `A ${row.kind} needs its column ${column}`
      : `${given.slice(0, 80)} cannot be the ${column} of a ${row.kind}`;
  return refused(column, what, issue?.message ?? '');
}
