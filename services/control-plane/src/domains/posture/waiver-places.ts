// A waiver lies where its target lies.
import type { Target } from '@muster/contracts';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class WaiverPlaces {
  constructor(@Inject(SYSTEM_DATABASE) database: Connection, @Inject(Subjects) subjects: Subjects) {
    subjects.know('waiver', async (value, tenantId) => {
      if (!isUuid(String(value))) return null;
      const { rows } = await sql<{ target: Target }>`
        select target from muster.posture_waivers
        where waiver_id = ${String(value)} and tenant_id = ${tenantId}`.execute(database.db);
      const [row] = rows;
      const place = row && (await subjects.locate('target', row.target, tenantId));
      return place ? { ...place, called: 'waiver' } : null;
    });
  }
}
