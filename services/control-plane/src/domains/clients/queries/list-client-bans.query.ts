import { ListClientBans } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { ClientBans } from '../client-bans.ts';
import { ClientRepository } from '../client-repository.ts';
import { cursorOf, readCursor } from './keyset.ts';

const ListClientBansQuery = queryOf(ListClientBans);

@QueryHandler(ListClientBansQuery)
export class ListClientBansHandler implements IQueryHandler<MessageOf<typeof ListClientBansQuery>> {
  constructor(
    @Inject(ClientBans) private readonly bans: ClientBans,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
  ) {}

  async execute({
    input: { clientId, before, limit },
  }: MessageOf<typeof ListClientBansQuery>): Promise<AnswerOf<typeof ListClientBansQuery>> {
    if (!(await this.clients.client(clientId))) throw notFound('client');
    const found = await this.bans.list(clientId, before === undefined ? null : readCursor(before, 'time'), limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: page.map((row) => ({
        id: row.line_id,
        at: row.at.toISOString(),
        what: row.what,
        address: row.address,
        jail: row.jail,
        server: row.server,
        banSeconds: row.ban_seconds,
      })),
      next: found.length > limit && last ? cursorOf(last.at_key, last.line_id) : null,
    };
  }
}
