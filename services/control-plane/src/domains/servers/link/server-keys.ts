// The keys that servers prove themselves with: takes up the one that follows, remembers who used one of old, and asks
// connected servers for the new one that an operator wants.
import type { KeySuccession } from '@muster/contracts/agent';
import { FormerKeyRefused, KeyRotated } from '@muster/contracts/servers';
import { derivedId } from '@muster/kernel/ids';
import { keyIdOf } from '@muster/kernel/signing';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { sql } from 'kysely';
import type { KeyAuthority, KnownAgent } from '../../../platform/agent-link/link-server.ts';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { AlreadyTaken, type EventStore } from '../../../platform/event-store/index.ts';
import { fingerprintOfKeys } from '../key-rotation.ts';
import { AGENT_KEY } from '../reservations.ts';
import { recordFact, serverStream } from '../server-events.ts';
import { ServerAuthority } from './server-authority.ts';

/** How long a hello waits until the read model refuses the old key. */
const IN_FORCE_MS = 3000;
/** One event an hour for each key and address that somebody keeps trying. */
const MISUSE_SPAN_MS = 3_600_000;

@Injectable()
export class ServerKeys implements KeyAuthority {
  readonly #log = new Logger('ServerKeys');

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(ServerAuthority) private readonly servers: ServerAuthority,
  ) {}

  async follow(agent: KnownAgent, chain: readonly KeySuccession[]): Promise<KnownAgent | 'refused' | 'later'> {
    let newest = '';
    for (const succession of chain) {
      const eventId = await this.#record(agent, succession);
      if (eventId === null) return 'refused';
      newest = eventId;
    }
    return await this.#inForce(agent.serverId, newest, chain.at(-1)?.statement.newKey ?? '');
  }

  async misused(agent: KnownAgent, key: string, address: string): Promise<void> {
    const [keyId, source] = [keyIdOf(key), address || 'not known'];
    const { serverId, tenantId } = agent;
    this.#log.warn(`a former key of server ${serverId} was used from ${source}`);
    await recordFact(this.store, {
      ...{ streamId: serverStream(serverId), streamType: 'server', tenantId },
      ...{ actor: 'servers.former-keys', actorKind: 'policy' },
      commandId: derivedId('former-key', serverId, keyId, source, String(Math.floor(Date.now() / MISUSE_SPAN_MS))),
      event: eventOf(FormerKeyRefused, { serverId, keyId, source }),
    });
  }

  /** Servers connected here that were asked for a new key and can make one. */
  async asked(gatewayId: string): Promise<{ readonly serverId: string; readonly rotation: string }[]> {
    const { rows } = await sql<{ server_id: string; rotation_id: string }>`
      select s.server_id, s.rotation_id
      from muster.servers_servers s join muster.servers_presence p using (server_id)
      where s.rotation_id is not null and not s.retired and not s.quarantined
        and p.gateway_id = ${gatewayId} and 'keys' = any (p.speaks)`.execute(this.database.db);
    return rows.map((row) => ({ serverId: row.server_id, rotation: row.rotation_id }));
  }

  /** null: the key is another server's. */
  async #record({ serverId, tenantId, hostKey }: KnownAgent, succession: KeySuccession): Promise<string | null> {
    const { newKey } = succession.statement;
    const { rows } = await sql<{ sealing_key: string | null }>`
      select sealing_key from muster.servers_servers where server_id = ${serverId}`.execute(this.database.db);
    try {
      const { eventIds } = await recordFact(this.store, {
        ...{ streamId: serverStream(serverId), streamType: 'server', tenantId },
        ...{ actor: `server:${serverId}`, actorKind: 'agent' },
        commandId: derivedId('key-rotated', serverId, newKey),
        causation: succession.statement.rotation,
        event: eventOf(KeyRotated, {
          serverId,
          succession,
          fingerprint: fingerprintOfKeys([newKey, hostKey, rows[0]?.sealing_key ?? null]),
        }),
        reserve: [{ namespace: AGENT_KEY, key: newKey }],
      });
      return eventIds[0] ?? null;
    } catch (error) {
      if (error instanceof AlreadyTaken) return null;
      throw error;
    }
  }

  async #inForce(serverId: string, eventId: string, newKey: string): Promise<KnownAgent | 'later'> {
    const deadline = Date.now() + IN_FORCE_MS;
    await this.store.positionOf(eventId, IN_FORCE_MS);
    while (Date.now() < deadline) {
      const known = await this.servers.identify(serverId);
      if (known?.agentKey === newKey) return known;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return 'later';
  }
}
