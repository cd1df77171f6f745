// Which servers a question is about: all that the caller may see, a group's, or one.
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { notFound } from '../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../servers/index.ts';

export interface AskedScope {
  readonly groupId?: string | undefined;
  readonly serverId?: string | undefined;
}

@Injectable()
export class PostureScope {
  constructor(@Inject(APP_DIRECTORY) private readonly directory: ServerDirectory) {}

  /** A condition over `server_id` of the table with that alias. */
  async within(table: string, tenantId: string, { groupId, serverId }: AskedScope): Promise<RawBuilder<unknown>> {
    const id = sql.ref(`${table}.server_id`);
    if (serverId !== undefined) return sql`${id} = ${serverId}`;
    if (groupId === undefined) return sql`true`;
    const members = await this.directory.ids(tenantId, { kind: 'group', groupId });
    if (members === null) throw notFound('group');
    return sql`${id} = any(${members}::uuid[])`;
  }
}
