// What was done on a client’s behalf. Its own people by name; who of the operations team it was stays with the team.
import { ListDone, type DoneForClient } from '@muster/contracts/clients';
import type { EventMeta } from '@muster/contracts/ledger';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { LogProofs } from '../../../platform/proofs/log-proofs.ts';
import { ClientPeople } from '../../access/index.ts';
import type { LedgerRow } from '../../audit/index.ts';
import { ClientRepository } from '../client-repository.ts';
import { DoneEntries } from '../done-entries.ts';

const ListDoneQuery = queryOf(ListDone);

@QueryHandler(ListDoneQuery)
export class ListDoneHandler implements IQueryHandler<MessageOf<typeof ListDoneQuery>> {
  constructor(
    @Inject(DoneEntries) private readonly entries: DoneEntries,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(ClientPeople) private readonly people: ClientPeople,
    @Inject(PEOPLE) private readonly names: PersonNames,
    @Inject(LogProofs) private readonly proofs: LogProofs,
  ) {}

  async execute({
    input: { clientId, before, limit },
    context,
  }: MessageOf<typeof ListDoneQuery>): Promise<AnswerOf<typeof ListDoneQuery>> {
    if (!(await this.clients.client(clientId))) throw notFound('client');
    const [found, people, checkpoint] = await Promise.all([
      this.entries.newest(context.principal.tenantId, clientId, before, limit),
      this.people.of(clientId),
      this.proofs.newestCheckpoint(),
    ]);
    const names = await this.names.names(people.map(({ personId }) => personId));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      entries: page.map((row) => entryOf(row, new Set(people.map(({ personId }) => personId)), names)),
      next: found.length > limit && last ? Number(last.position) : null,
      checkpoint: checkpoint && { size: checkpoint.size, createdAt: checkpoint.createdAt.toISOString() },
    };
  }
}

function entryOf(row: LedgerRow, own: ReadonlySet<string>, names: ReadonlyMap<string, string>): DoneForClient {
  const { actor, actorKind } = JSON.parse(row.meta.toString('utf8')) as EventMeta;
  const by = own.has(actor)
    ? ({ kind: 'own', name: names.get(actor) ?? null } as const)
    : ({ kind: actorKind === 'person' || actorKind === 'token' ? 'team' : 'system', name: null } as const);
  return {
    position: Number(row.position),
    at: row.recorded_at.toISOString(),
    type: row.event_type,
    by,
    data: JSON.parse(row.body.toString('utf8')) as DoneForClient['data'],
  };
}
