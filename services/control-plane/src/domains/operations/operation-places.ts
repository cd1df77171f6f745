// Where an operation lies: on the servers that it reaches.
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class OperationPlaces {
  constructor(@Inject(SYSTEM_DATABASE) database: Connection, @Inject(Subjects) subjects: Subjects) {
    subjects.know('operation', async (value, tenantId) => {
      if (!isUuid(String(value))) return null;
      const { rows } = await sql<{ server_id: string }>`
        select distinct server_id from muster.operations_tasks
        where operation_id = ${String(value)} and tenant_id = ${tenantId}`.execute(database.db);
      return rows.length === 0 ? null : { scopes: [], servers: rows.map((row) => row.server_id), called: 'operation' };
    });
  }
}
