// Ledger entries about one client, as that client may read them: whatever carries its id, and nothing beside it.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { LedgerReader, type LedgerRow } from '../audit/index.ts';

@Injectable()
export class DoneEntries {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(LedgerReader) private readonly reader: LedgerReader,
  ) {}

  /** Newest first, one more than `limit` when there are more. */
  async newest(
    tenantId: string,
    clientId: string,
    before: number | undefined,
    limit: number,
  ): Promise<readonly LedgerRow[]> {
    const { rows } = await sql<{ position: number }>`
      select position from muster.audit_entries
      where tenant_id = ${tenantId} and client_id = ${clientId} ${before === undefined ? sql`` : sql`and position < ${before}`}
      order by position desc limit ${limit + 1}`.execute(this.database.db);
    return this.reader.rows(
      tenantId,
      rows.map(({ position }) => Number(position)),
    );
  }

  /** In order, from a position on, below another. */
  async from(
    tenantId: string,
    clientId: string,
    from: number,
    below: number,
    limit: number,
  ): Promise<readonly LedgerRow[]> {
    const { rows } = await sql<{ position: number }>`
      select position from muster.audit_entries
      where tenant_id = ${tenantId} and client_id = ${clientId} and position >= ${from} and position < ${below}
      order by position limit ${limit}`.execute(this.database.db);
    return this.reader.rows(
      tenantId,
      rows.map(({ position }) => Number(position)),
    );
  }
}
