// What clients are called, to whoever may know them.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class ClientNames {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** By id; ids of other things are left out. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const { rows } = await sql<{ client_id: string; name: string }>`
      select client_id, name from muster.clients_clients where client_id = any(${ids}::uuid[])`.execute(
      this.database.db,
    );
    return new Map(rows.map((row) => [row.client_id, row.name]));
  }
}
