// Who may hold a grant, and what holders and scopes are called.
import type { GrantScope } from '@muster/contracts/access';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { Subjects } from '../../../platform/cqrs/subjects.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';

@Injectable()
export class Holders {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(SYSTEM_DIRECTORY) private readonly servers: ServerDirectory,
    @Inject(Subjects) private readonly subjects: Subjects,
  ) {}

  async exists(holderId: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from muster.access_people where person_id = ${holderId}
      union all
      select 1 from muster.access_service_accounts where account_id = ${holderId} and retired_at is null`.execute(
      this.database.db,
    );
    return rows.length > 0;
  }

  async scopeNames(scopes: readonly GrantScope[]): Promise<(scope: GrantScope) => string> {
    const ids = scopes.flatMap((scope) =>
      scope.kind === 'group' ? [scope.groupId] : scope.kind === 'server' ? [scope.serverId] : [],
    );
    const places = ids.length === 0 ? [] : await this.servers.names(ids);
    const names = new Map([...places, ...(await this.#clients(scopes))]);
    return (scope) => {
      switch (scope.kind) {
        case 'fleet':
          return 'the fleet';
        case 'tag':
          return scope.tag;
        case 'group':
          return names.get(scope.groupId) ?? 'a group that was deleted';
        case 'server':
          return names.get(scope.serverId) ?? 'a server that is gone';
        case 'client':
          return names.get(scope.clientId) ?? 'a client that is gone';
      }
    };
  }

  async #clients(scopes: readonly GrantScope[]): Promise<[string, string][]> {
    const ids = [...new Set(scopes.flatMap((scope) => (scope.kind === 'client' ? [scope.clientId] : [])))];
    const places = await Promise.all(
      ids.map(async (id) => [id, (await this.subjects.locate('client', id, DEFAULT_TENANT))?.name] as const),
    );
    return places.flatMap(([id, name]) => (name === undefined ? [] : [[id, name]]));
  }
}
