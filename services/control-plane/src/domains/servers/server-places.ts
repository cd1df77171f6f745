// Where servers, groups and targets of actions lie, for the bus.
import { target } from '@muster/contracts';
import { scopeKey } from '@muster/contracts/access';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects, type Place } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class ServerPlaces {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Subjects) subjects: Subjects,
  ) {
    subjects.know('server', (value, tenantId) => this.#server(String(value), tenantId));
    subjects.know('group', (value, tenantId) => this.#group(String(value), tenantId));
    subjects.know('target', (value, tenantId) => {
      const reached = target.parse(value);
      if (reached.kind === 'server') return this.#server(reached.serverId, tenantId);
      if (reached.kind === 'group') return this.#group(reached.groupId, tenantId);
      return Promise.resolve({ scopes: ['fleet'] });
    });
  }

  async #server(serverId: string, tenantId: string): Promise<Place | null> {
    if (!isUuid(serverId)) return null;
    const { rows } = await sql`
      select 1 from muster.servers_servers where server_id = ${serverId} and tenant_id = ${tenantId}`.execute(
      this.database.db,
    );
    if (rows.length === 0) return null;
    return { scopes: [scopeKey({ kind: 'server', serverId })], servers: [serverId], called: 'server' };
  }

  async #group(groupId: string, tenantId: string): Promise<Place | null> {
    if (!isUuid(groupId)) return null;
    const { rows } = await sql`
      select 1 from muster.servers_groups where group_id = ${groupId} and tenant_id = ${tenantId}`.execute(
      this.database.db,
    );
    return rows.length === 0 ? null : { scopes: [scopeKey({ kind: 'group', groupId })], called: 'group' };
  }
}
