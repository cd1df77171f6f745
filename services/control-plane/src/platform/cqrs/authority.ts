// Decides whether somebody may, and what they may be shown while they do. Deny by default: a permission counts only where
// a grant that holds it counts. A thing outside of all of somebody's scopes is "not found", in the very words in which a
// thing that does not exist is.
import type { CommandDefinition, PermissionDefinition, QueryDefinition } from '@muster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../database/database.ts';
import type { Sight } from '../database/sight.ts';
import { notFound, Refusal } from '../errors/refusal.ts';
import type { HeldGrant, Principal } from './principal.ts';
import { Subjects, type Place } from './subjects.ts';

export interface Allowed {
  readonly sight: Sight;
  /** The grant by which it is allowed; null for what is about the caller's own account. */
  readonly grant: string | null;
}

const FLEET = 'fleet';

@Injectable()
export class Authority {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Subjects) private readonly subjects: Subjects,
  ) {}

  /** Before the input is looked at. */
  requirePermission({ permission }: CommandDefinition | QueryDefinition, principal: Principal): void {
    if (principal.kind === 'anonymous') throw new Refusal('unauthenticated', 'signed-out', 'Sign in first');
    if (permission.on === 'self' || grantsFor(permission, principal).length > 0) return;
    throw missing(permission);
  }

  /** For an input that is valid. */
  async decide(
    { permission }: CommandDefinition | QueryDefinition,
    input: unknown,
    principal: Principal,
  ): Promise<Allowed> {
    const { actor } = principal;
    if (permission.on === 'self') return { sight: { scopes: [], actor }, grant: null };
    const held = grantsFor(permission, principal);
    const [first] = held;
    if (!first) throw missing(permission);
    const everywhere = held.find(({ scope }) => scope === FLEET);
    if (everywhere) return { sight: { scopes: [FLEET], actor }, grant: everywhere.grantId };
    if (permission.on === FLEET) throw needsFleet(permission);
    const scopes = [...new Set(held.map(({ scope }) => scope))];
    const allowed = { sight: { scopes, actor }, grant: first.grantId };
    if (permission.on === 'visible') return allowed;
    const [kind, field] = permission.on;
    const value: unknown = Reflect.get(Object(input), field);
    const place = await this.subjects.locate(kind, value, principal.tenantId);
    const covering = held.find(({ scope }) => place?.scopes.includes(scope));
    if (covering) return { ...allowed, grant: covering.grantId };
    if (place && (await this.#holdAll(scopes, place))) return allowed;
    if (place?.scopes.includes(FLEET)) throw needsFleet(permission);
    const seen = place !== null && (await this.#seen(principal, place));
    throw seen ? outOfScope(permission) : notFound(place?.called ?? called(kind, value));
  }

  /** Whether somebody may see a thing: for rooms of sockets, which are about one without a command. */
  async sees(
    kind: 'server' | 'operation' | 'client',
    id: string,
    scopes: readonly string[],
    tenantId: string,
  ): Promise<boolean> {
    const place = await this.subjects.locate(kind, id, tenantId);
    return place !== null && this.#overlaps(scopes, place);
  }

  /** Which of these scopes hold a server; none when there is no such server. */
  async scopesHolding(serverId: string, scopes: readonly string[], tenantId: string): Promise<readonly string[]> {
    if ((await this.subjects.locate('server', serverId, tenantId)) === null) return [];
    const { rows } = await sql<{ scope: string }>`
      select scope from muster.scopes_holding(${serverId}::uuid, ${[...new Set(scopes)]}::text[]) scope`.execute(
      this.database.db,
    );
    return rows.map(({ scope }) => scope);
  }

  /** Servers that some scopes hold. */
  async serversIn(scopes: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ id: string }>`
      select id from muster.servers_in(${[...scopes]}::text[]) id`.execute(this.database.db);
    return new Set(rows.map(({ id }) => id));
  }

  async #holdAll(scopes: readonly string[], { servers }: Place): Promise<boolean> {
    if (!servers || servers.length === 0) return false;
    const held = await this.serversIn(scopes);
    return servers.every((serverId) => held.has(serverId));
  }

  /** By any grant, whatever it is for: what somebody sees elsewhere may be refused by its name. */
  async #seen(principal: Principal, place: Place): Promise<boolean> {
    return this.#overlaps([...new Set((principal.grants ?? []).map(({ scope }) => scope))], place);
  }

  async #overlaps(scopes: readonly string[], place: Place): Promise<boolean> {
    if (scopes.includes(FLEET) || place.scopes.some((scope) => scopes.includes(scope))) return true;
    if (!place.servers || place.servers.length === 0) return false;
    const held = await this.serversIn(scopes);
    return place.servers.some((serverId) => held.has(serverId));
  }
}

function grantsFor(permission: PermissionDefinition, { grants = [] }: Principal): readonly HeldGrant[] {
  return grants.filter((grant) => grant.permissions.has(permission.name));
}

const allows = ({ sentence }: PermissionDefinition) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function missing(permission: PermissionDefinition): Refusal {
  const sentence = `That needs the permission ${permission.name} (${allows(permission)}). An owner can grant it`;
  return new Refusal('forbidden', 'forbidden', sentence);
}

function needsFleet(permission: PermissionDefinition): Refusal {
  const sentence = `That needs the permission ${permission.name} on the whole fleet; yours is for a part of it. An owner can grant it`;
  return new Refusal('forbidden', 'out-of-scope', sentence);
}

function outOfScope(permission: PermissionDefinition): Refusal {
  const sentence = `Your permission ${permission.name} does not reach that. An owner can grant it there`;
  return new Refusal('forbidden', 'out-of-scope', sentence);
}

/** A target or a scope is called after what it names. */
function called(kind: string, value: unknown): string {
  const named: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'kind') : undefined;
  return typeof named === 'string' ? named : kind;
}
