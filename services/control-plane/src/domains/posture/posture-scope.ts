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
    return sql`${id} = any(${await this.#members(tenantId, groupId)}::uuid[])`;
  }

  /** A condition over `target` of the table with that alias: it means the group, a server of it, or more than it. */
  async reaching(table: string, tenantId: string, groupId: string | undefined): Promise<RawBuilder<unknown>> {
    if (groupId === undefined) return sql`true`;
    const members = await this.#members(tenantId, groupId);
    const groups = [groupId, ...(await this.directory.groupsWith(members))];
    const target = sql.ref(`${table}.target`);
    return sql`(${target} ->> 'kind' = 'fleet' or ${target} ->> 'groupId' = any(${groups}::text[])
      or ${target} ->> 'serverId' = any(${members}::text[]))`;
  }

  async #members(tenantId: string, groupId: string): Promise<readonly string[]> {
    const members = await this.directory.ids(tenantId, { kind: 'group', groupId });
    if (members === null) throw notFound('group');
    return members;
  }
}
