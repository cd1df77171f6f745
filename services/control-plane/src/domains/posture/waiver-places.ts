// A waiver lies where its target lies: a client, or servers.
import { waiverTarget } from '@muster/contracts/posture';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Subjects, type Place } from '../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class WaiverPlaces {
  constructor(@Inject(SYSTEM_DATABASE) database: Connection, @Inject(Subjects) subjects: Subjects) {
    const placeOf = async (value: unknown, tenantId: string): Promise<Place | null> => {
      const target = waiverTarget.parse(value);
      if (target.kind === 'client') return subjects.locate('client', target.clientId, tenantId);
      return subjects.locate('target', target, tenantId);
    };
    subjects.know('waiver-target', placeOf);
    subjects.know('waiver', async (value, tenantId) => {
      if (!isUuid(String(value))) return null;
      const { rows } = await sql<{ target: unknown }>`
        select target from muster.posture_waivers
        where waiver_id = ${String(value)} and tenant_id = ${tenantId}`.execute(database.db);
      const [row] = rows;
      const place = row && (await placeOf(row.target, tenantId));
      return place ? { ...place, called: 'waiver' } : null;
    });
  }
}
