// Who and what there was at a time. Answered from the events until then, not from read models, which know only the present.
import {
  GetPopulation,
  GrantEnded,
  GrantGiven,
  InvitationAccepted,
  OwnerRegistered,
  PersonInvited,
  PersonOffboarded,
} from '@muster/contracts/access';
import { FingerprintConfirmed, ServerEnrolled, ServerRenamed, ServerRetired } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { z } from 'zod';
import { LOG_TAIL } from '../../../../platform/composition/tokens.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { currentSight, seesFleet } from '../../../../platform/database/sight.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import { EventStore, type LogTail, type SequencedEvent } from '../../../../platform/event-store/index.ts';
import { PEOPLE, type PersonNames } from '../../../../platform/personal-data/person-names.ts';
import { Holders } from '../holders.ts';
import { Roles } from '../roles.ts';

const GetPopulationQuery = queryOf(GetPopulation);
type Answer = AnswerOf<typeof GetPopulationQuery>;

const TYPES = [
  OwnerRegistered,
  PersonInvited,
  InvitationAccepted,
  PersonOffboarded,
  GrantGiven,
  GrantEnded,
  ServerEnrolled,
  FingerprintConfirmed,
  ServerRenamed,
  ServerRetired,
].map(({ type }) => type);
const BATCH = 2000;
const WINDOW = 200_000;

/** What the events said so far. */
class Population {
  readonly people = new Map<string, 'invited' | 'active'>();
  readonly grants = new Map<string, z.output<typeof GrantGiven.schema>>();
  readonly servers = new Map<string, { name: string; confirmed: boolean }>();

  take({ type, data }: SequencedEvent): void {
    switch (type) {
      case OwnerRegistered.type:
        this.people.set(OwnerRegistered.schema.parse(data).personId, 'active');
        return;
      case PersonInvited.type:
        this.people.set(PersonInvited.schema.parse(data).personId, 'invited');
        return;
      case InvitationAccepted.type:
        this.people.set(InvitationAccepted.schema.parse(data).personId, 'active');
        return;
      case PersonOffboarded.type:
        this.people.delete(PersonOffboarded.schema.parse(data).personId);
        return;
      case GrantGiven.type: {
        const given = GrantGiven.schema.parse(data);
        this.grants.set(given.grantId, given);
        return;
      }
      case GrantEnded.type:
        this.grants.delete(GrantEnded.schema.parse(data).grantId);
        return;
      case ServerEnrolled.type: {
        const { serverId, name } = ServerEnrolled.schema.parse(data);
        this.servers.set(serverId, { name, confirmed: false });
        return;
      }
      case FingerprintConfirmed.type:
        this.#server(FingerprintConfirmed.schema.parse(data).serverId, { confirmed: true });
        return;
      case ServerRenamed.type: {
        const { serverId, name } = ServerRenamed.schema.parse(data);
        this.#server(serverId, { name });
        return;
      }
      case ServerRetired.type:
        this.servers.delete(ServerRetired.schema.parse(data).serverId);
        return;
      default:
        throw new Error(`a population does not follow ${type}`);
    }
  }

  #server(serverId: string, change: Partial<{ name: string; confirmed: boolean }>): void {
    const known = this.servers.get(serverId);
    if (known) this.servers.set(serverId, { ...known, ...change });
  }
}

@QueryHandler(GetPopulationQuery)
export class GetPopulationHandler implements IQueryHandler<MessageOf<typeof GetPopulationQuery>> {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(LOG_TAIL) private readonly tail: LogTail,
    @Inject(PEOPLE) private readonly names: PersonNames,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
  ) {}

  async execute({ input }: MessageOf<typeof GetPopulationQuery>): Promise<Answer> {
    // It reads events, which row-level security does not narrow.
    if (!seesFleet(currentSight())) {
      throw new Refusal('forbidden', 'out-of-scope', 'Who and what there was is shown with the whole fleet only');
    }
    const at = new Date(input.at);
    const population = await this.#at(at);
    const inForce = [...population.grants.values()].filter(
      ({ from, until }) => new Date(from) <= at && (until === null || new Date(until) > at),
    );
    const [names, titleOf, scopeNameOf] = await Promise.all([
      this.names.names([...population.people.keys(), ...inForce.map(({ holderId }) => holderId)]),
      this.roles.titles(),
      this.holders.scopeNames(inForce.map(({ scope }) => scope)),
    ]);
    return {
      at: at.toISOString(),
      people: [...population.people].map(([personId, state]) => ({
        personId,
        name: names.get(personId) ?? null,
        state,
      })),
      grants: inForce.map(({ grantId, holderId, role, scope, until }) => ({
        grantId,
        holder: { id: holderId, name: names.get(holderId) ?? null },
        role,
        roleTitle: titleOf(role),
        scope,
        scopeName: scopeNameOf(scope),
        until,
      })),
      servers: [...population.servers].map(([serverId, server]) => ({ serverId, ...server })),
    };
  }

  async #at(at: Date): Promise<Population> {
    const population = new Population();
    // Asked now: what the tail saw last is as old as the last time that somebody in this process waited for more.
    const size = await this.tail.refresh();
    for (let from = 0; from < size;) {
      const events = await this.store.readAll(from, { types: TYPES, limit: BATCH, window: WINDOW });
      for (const event of events) if (event.recordedAt <= at) population.take(event);
      const last = events.at(-1);
      from = last !== undefined && events.length === BATCH ? last.position + 1 : from + WINDOW;
    }
    return population;
  }
}
