// Emergency accounts that are open at this moment.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';

export interface OpenBreakGlass {
  readonly breakGlassId: string;
  readonly reason: string;
  readonly openedAt: Date;
  readonly until: Date;
}

@Injectable()
export class BreakGlass {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** Nothing for who does not see the whole fleet. */
  async open(tenantId: string): Promise<OpenBreakGlass[]> {
    const { rows } = await sql<OpenBreakGlass>`
      select break_glass_id as "breakGlassId", reason, opened_at as "openedAt", until
      from muster.access_break_glass where tenant_id = ${tenantId} and ended_at is null
      order by opened_at`.execute(this.database.db);
    return rows;
  }
}
