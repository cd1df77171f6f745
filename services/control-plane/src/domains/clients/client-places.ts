// Where a client lies, for the bus: in its own scope.
import { scopeKey } from '@muster/contracts/access';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class ClientPlaces {
  constructor(@Inject(SYSTEM_DATABASE) database: Connection, @Inject(Subjects) subjects: Subjects) {
    subjects.know('client', async (value, tenantId) => {
      const clientId = String(value);
      if (!isUuid(clientId)) return null;
      const { rows } = await sql<{ name: string }>`
        select name from muster.clients_clients where client_id = ${clientId} and tenant_id = ${tenantId}`.execute(
        database.db,
      );
      const [row] = rows;
      return row ? { scopes: [scopeKey({ kind: 'client', clientId })], called: 'client', name: row.name } : null;
    });
  }
}
