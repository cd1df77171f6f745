// Rooms of live topics. Everybody who sees the whole fleet shares one room per topic; those who see a part share one with
// whoever sees exactly the same part. Each room counts its own revisions, so that not even a number tells how much happens
// elsewhere.
import { liveTopics, queries, type PermissionDefinition } from '@muster/contracts';
import { isUuid } from '@muster/kernel/ids';
import type { Authority } from '../cqrs/authority.ts';
import type { Principal } from '../cqrs/principal.ts';
import type { About } from './live-hints.ts';

const FLEET = 'fleet';
/** Rooms of parts that are remembered while nobody is in them, so that who comes back learns what was missed. */
const MOST_REMEMBERED = 5000;
/** Servers of a part are asked for at most this often. */
const SERVERS_FRESH_MS = 1000;

export interface Room {
  readonly name: string;
  readonly topic: string;
  /** `['fleet']`, or the scopes of the part that its members see. */
  readonly scopes: readonly string[];
  revision: number;
  /** Of its last hint, or since when it is; `performance.now()`. */
  changedAt: number;
}

export class Rooms {
  readonly #authority: Authority;
  readonly #byTopic = new Map<string, Map<string, Room>>();
  readonly #servers = new Map<string, { at: number; servers: Promise<ReadonlySet<string>> }>();
  #parts = 0;

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  /** The room in which somebody hears of a topic, or why there is none. */
  async of(topic: string, principal: Principal): Promise<Room | { why: string }> {
    const asked = askedOf(topic);
    if (!asked) return { why: 'There is no such topic' };
    const { permission, subject } = asked;
    const held = (principal.grants ?? []).filter((grant) => grant.permissions.has(permission.name));
    if (held.length === 0) return { why: `needs ${permission.name}` };
    if (held.some(({ scope }) => scope === FLEET)) return this.#room(topic, [FLEET]);
    const scopes = [...new Set(held.map(({ scope }) => scope))].sort();
    if (permission.on === 'fleet') return { why: 'There is no such topic' };
    if (subject && !(await this.#authority.sees(subject.kind, subject.id, scopes, principal.tenantId))) {
      return { why: 'There is no such topic' };
    }
    return this.#room(topic, scopes);
  }

  /** Rooms that hear of a change. */
  async concerned(topic: string, about: ReadonlySet<string> | 'everybody'): Promise<Room[]> {
    const rooms = [this.#room(topic, [FLEET])];
    for (const room of this.#byTopic.get(topic)?.values() ?? []) {
      if (room.scopes.includes(FLEET)) continue;
      if (about === 'everybody' || (await this.#holdsOne(room.scopes, about))) rooms.push(room);
    }
    return rooms;
  }

  async #holdsOne(scopes: readonly string[], about: ReadonlySet<string>): Promise<boolean> {
    if (about.size === 0) return false;
    if (scopes.some((scope) => about.has(scope))) return true;
    const key = scopes.join();
    let known = this.#servers.get(key);
    if (!known || Date.now() - known.at > SERVERS_FRESH_MS) {
      known = { at: Date.now(), servers: this.#authority.serversIn(scopes) };
      this.#servers.set(key, known);
    }
    const held = await known.servers;
    for (const serverId of about) if (held.has(serverId)) return true;
    return false;
  }

  #room(topic: string, scopes: readonly string[]): Room {
    const rooms = this.#byTopic.get(topic) ?? new Map<string, Room>();
    this.#byTopic.set(topic, rooms);
    const name = `${topic}@${scopes.join()}`;
    const known = rooms.get(name);
    if (known) return known;
    if (this.#parts >= MOST_REMEMBERED) this.#forget();
    // A room that was forgotten and comes back must not look unchanged: no two of its lives begin at the same number.
    const room = {
      name,
      topic,
      scopes,
      revision: scopes.includes(FLEET) ? 0 : Date.now(),
      changedAt: performance.now(),
    };
    if (!scopes.includes(FLEET)) this.#parts += 1;
    rooms.set(name, room);
    return room;
  }

  #forget(): void {
    for (const rooms of this.#byTopic.values()) {
      for (const [name, room] of rooms) if (!room.scopes.includes(FLEET)) rooms.delete(name);
    }
    this.#servers.clear();
    this.#parts = 0;
  }
}

/** Changes that wait to be told are merged. */
export function merged(
  before: ReadonlySet<string> | 'everybody' | undefined,
  about: About | ReadonlySet<string>,
): ReadonlySet<string> | 'everybody' {
  if (about === 'everybody' || before === 'everybody') return 'everybody';
  return new Set([...(before ?? []), ...(about === 'fleet' ? [] : about)]);
}

interface Asked {
  readonly permission: PermissionDefinition;
  readonly subject: { readonly kind: 'server' | 'operation' | 'client'; readonly id: string } | null;
}

/** Who may ask the query that a topic tells of may listen; null: there is no such topic. */
function askedOf(topic: string): Asked | null {
  const [name, id, ...rest] = topic.split(':');
  if (rest.length > 0) return null;
  const definition = liveTopics.find(
    (known) => known.name === name && known.hasSubject === (id !== undefined && isUuid(id)),
  );
  const permission = queries.find((query) => query.name === definition?.query)?.permission;
  if (!definition || !permission) return null;
  const subject =
    id !== undefined && (name === 'server' || name === 'operation' || name === 'client')
      ? ({ kind: name, id } as const)
      : null;
  return { permission, subject };
}
