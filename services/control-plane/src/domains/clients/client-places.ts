// Where a client lies, for the bus: in its own scope. A list of grants asks for sixty of them at once.
import { scopeKey } from '@muster/contracts/access';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';
import { Gathered } from '../../platform/database/gathered.ts';

interface Known {
  readonly tenantId: string;
  readonly name: string;
}

@Injectable()
export class ClientPlaces {
  constructor(@Inject(SYSTEM_DATABASE) { db }: Connection, @Inject(Subjects) subjects: Subjects) {
    const clients = new Gathered<string, Known | undefined>(async (ids) => {
      const { rows } = await sql<Known & { id: string }>`
        select client_id as id, tenant_id as "tenantId", name from muster.clients_clients
        where client_id = any(${[...ids]}::uuid[])`.execute(db);
      const found = new Map(rows.map((row) => [row.id, row]));
      return (id) => found.get(id);
    });
    subjects.know('client', async (value, tenantId) => {
      const clientId = String(value).toLowerCase();
      if (!isUuid(clientId)) return null;
      const client = await clients.ask(clientId);
      if (client?.tenantId !== tenantId) return null;
      return { scopes: [scopeKey({ kind: 'client', clientId })], called: 'client', name: client.name };
    });
  }
}
