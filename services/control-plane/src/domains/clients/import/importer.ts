// Carries out a plan: clients, then sites, then people. Every step is a command of its own under an id that derives from
// the import's, so that one that was cut off goes on where it was.
import { GiveGrant, InvitePerson } from '@muster/contracts/access';
import { ClientChanged, ClientCreated, PersonReferenced, SiteAdded, SiteReferenced } from '@muster/contracts/clients';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ActionBus } from '../../../platform/cqrs/action-bus.ts';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { eventOf, Recorder, type Recording } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { AlreadyTaken, EventStore } from '../../../platform/event-store/index.ts';
import { clientFrom } from '../client.aggregate.ts';
import { assign, siteFrom } from '../site.aggregate.ts';
import { CLIENT_NAME, CLIENT_REF, clientStream, peopleStream, SITE_REF, siteStream } from '../streams.ts';
import type { Plan, Step } from './plan.ts';

/** Steps that go on together: their appends are one group. */
const TOGETHER = 50;

type Of<D extends Step['do']> = Extract<Step, { do: D }>;

@Injectable()
export class Importer {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
    // The bus asks for handlers, and this is part of one: looked up when it is needed.
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  /** Lines whose step was refused after all are told so in the plan. */
  async run({ lines, steps }: Plan, context: RequestContext): Promise<{ eventIds: string[]; lines: Plan['lines'] }> {
    const eventIds: string[] = [];
    const refusals = new Map<number, Refusal>();
    for (const turn of [['create-client', 'rename-client'], ['file-site'], ['invite-person']]) {
      const due = steps.filter((step) => turn.includes(step.do));
      for (let from = 0; from < due.length; from += TOGETHER) {
        await Promise.all(
          due.slice(from, from + TOGETHER).map(async (step) => {
            try {
              eventIds.push(...(await this.#step(step, context)));
            } catch (error) {
              refusals.set(step.at, refusalOf(error));
            }
          }),
        );
      }
    }
    const told = lines.map((line, at) => {
      const refusal = refusals.get(at);
      if (!refusal) return line;
      return { ...line, outcome: 'refused' as const, what: refusal.message, column: refusal.fields[0]?.path ?? null };
    });
    return { eventIds, lines: told };
  }

  async #step(step: Step, context: RequestContext): Promise<readonly string[]> {
    const part = `${step.do} ${step.row.ref}`;
    switch (step.do) {
      case 'create-client':
        return this.#record(context, part, createClient(step));
      case 'rename-client': {
        const state = clientFrom(await this.store.readStream(clientStream(step.clientId)));
        if (!state || state.name === step.row.name) return [];
        return this.#record(context, part, renameClient(step, state.version));
      }
      case 'file-site':
        return this.#fileSite(step, context, part);
      case 'invite-person':
        return this.#invite(step, context);
    }
  }

  async #fileSite({ siteId, serverId, clientId, row }: Of<'file-site'>, context: RequestContext, part: string) {
    const { state, version } = siteFrom(await this.store.readStream(siteStream(siteId)));
    const added = { siteId, name: row.domain, serverId, externalRef: row.ref };
    const events = state
      ? [
          ...(state.externalRef === row.ref ? [] : [eventOf(SiteReferenced, { siteId, externalRef: row.ref })]),
          ...(state.clientId === clientId ? [] : assign(state, clientId, 'import')),
        ]
      : [
          eventOf(SiteAdded, { ...added, how: 'import' }),
          ...assign({ ...added, clientId: null, assignedBy: null }, clientId, 'import'),
        ];
    if (events.length === 0) return [];
    return this.#record(context, part, {
      streamId: siteStream(siteId),
      streamType: 'site',
      expectedVersion: version === 0 ? 'new' : version,
      events,
      ...(state?.externalRef === row.ref ? {} : { reserve: [{ namespace: SITE_REF, key: row.ref }] }),
    });
  }

  /** Their link is made and sent from the page of people: a list is not a place for keys. */
  async #invite({ clientId, row }: Of<'invite-person'>, context: RequestContext): Promise<readonly string[]> {
    const bus = this.modules.get(ActionBus, { strict: false });
    const under = (part: string) => ({ ...context, commandId: derivedId(context.commandId, part, row.ref) });
    const { personId } = await bus.command(InvitePerson, { name: row.name, email: row.email }, under('invite'));
    await bus.command(
      GiveGrant,
      {
        holderId: personId,
        role: row.role,
        scope: { kind: 'client', clientId },
        until: null,
        reason: `Imported with the reference ${row.ref}`,
      },
      under('grant'),
    );
    return this.#record(context, `person ${row.ref}`, {
      streamId: peopleStream(context.principal.tenantId, row.ref),
      streamType: 'client-person',
      expectedVersion: 'new',
      events: [eventOf(PersonReferenced, { clientId, personId, externalRef: row.ref, role: row.role })],
    });
  }

  async #record(context: RequestContext, part: string, recording: Recording): Promise<readonly string[]> {
    return (await this.recorder.record(context, recording, part)).eventIds;
  }
}

function createClient({ clientId, row }: Of<'create-client'>): Recording {
  return {
    streamId: clientStream(clientId),
    streamType: 'client',
    expectedVersion: 'new',
    events: [eventOf(ClientCreated, { clientId, name: row.name, externalRef: row.ref })],
    reserve: [
      { namespace: CLIENT_NAME, key: row.name.toLowerCase() },
      { namespace: CLIENT_REF, key: row.ref },
    ],
  };
}

function renameClient({ clientId, from, row }: Of<'rename-client'>, version: number): Recording {
  return {
    streamId: clientStream(clientId),
    streamType: 'client',
    expectedVersion: version,
    events: [eventOf(ClientChanged, { clientId, name: row.name, externalRef: row.ref })],
    ...(from.toLowerCase() === row.name.toLowerCase()
      ? {}
      : {
          reserve: [{ namespace: CLIENT_NAME, key: row.name.toLowerCase() }],
          release: [{ namespace: CLIENT_NAME, key: from.toLowerCase() }],
        }),
  };
}

/** What is no refusal stops the import: the bus tries it again. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof AlreadyTaken) {
    return new Refusal('conflict', 'taken', `${error.keys.join(', ')} is taken already`);
  }
  throw error;
}
