// A block lies where its target lies.
import type { Target } from '@muster/contracts';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class BlockPlaces {
  constructor(@Inject(SYSTEM_DATABASE) database: Connection, @Inject(Subjects) subjects: Subjects) {
    subjects.know('block', async (value, tenantId) => {
      if (!isUuid(String(value))) return null;
      const { rows } = await sql<{ target: Target }>`
        select target from muster.bans_blocks
        where block_id = ${String(value)} and tenant_id = ${tenantId}`.execute(database.db);
      const [row] = rows;
      if (!row) return null;
      const place = await subjects.locate('target', row.target, tenantId);
      return place && { ...place, called: 'block' };
    });
  }
}
