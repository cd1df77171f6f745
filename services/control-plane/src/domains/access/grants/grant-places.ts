// Where a scope and a grant lie, for the bus: whoever may grant on a group may end what was granted on it.
import { grantScope, scopeKey, type GrantScope } from '@muster/contracts/access';
import { isUuid } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Subjects, type Place } from '../../../platform/cqrs/subjects.ts';

@Injectable()
export class GrantPlaces {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Subjects) private readonly subjects: Subjects,
  ) {
    subjects.know('scope', (value, tenantId) => this.#scope(grantScope.parse(value), tenantId));
    subjects.know('grant', async (value, tenantId) => {
      const scope = await this.#scopeOf(String(value), tenantId);
      if (!scope) return null;
      const place = await this.#scope(scope, tenantId);
      return { ...(place ?? { scopes: [scopeKey(scope)] }), called: 'grant' };
    });
  }

  /** A scope that names a thing lies where that thing lies. */
  async #scope(scope: GrantScope, tenantId: string): Promise<Place | null> {
    switch (scope.kind) {
      case 'fleet':
      case 'tag':
        return { scopes: [scopeKey(scope)] };
      case 'group':
        return this.subjects.locate('group', scope.groupId, tenantId);
      case 'server':
        return this.subjects.locate('server', scope.serverId, tenantId);
      case 'client':
        return this.subjects.locate('client', scope.clientId, tenantId);
    }
  }

  async #scopeOf(grantId: string, tenantId: string): Promise<GrantScope | null> {
    if (!isUuid(grantId)) return null;
    const { rows } = await sql<{ scope: GrantScope }>`
      select scope from muster.access_grants where grant_id = ${grantId} and tenant_id = ${tenantId}`.execute(
      this.database.db,
    );
    return rows[0]?.scope ?? null;
  }
}
