// Writes events for a request: fills meta version 1 from who asked and how, and names the append after the command, so
// that the same request twice is one action.
import type { EventMeta } from '@muster/contracts/ledger';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { EventStore, type Append, type Appended, type NewEvent } from '../event-store/index.ts';
import { PersonalData } from '../personal-data/personal-data.ts';
import { eventOf, SOFTWARE } from './event-of.ts';
import type { Principal, RequestContext } from './principal.ts';

export { eventOf, SOFTWARE };

export interface Recording {
  readonly streamId: string;
  readonly streamType: string;
  readonly expectedVersion: Append['expectedVersion'];
  readonly events: readonly NewEvent[];
  readonly reserve?: Append['reserve'];
  readonly release?: Append['release'];
  readonly internalReason?: string;
}

@Injectable()
export class Recorder {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(PersonalData) private readonly personal: PersonalData,
  ) {}

  /** `part` tells several streams of one command apart. */
  async record(context: RequestContext, recording: Recording, part = ''): Promise<Appended> {
    const { principal, commandId } = context;
    const { internalReason, ...append } = recording;
    return this.store.append({
      ...append,
      commandId: part === '' ? commandId : derivedId(commandId, part),
      actor: principal.actor,
      requestHash: sha256(canonicalBytes(append.events.map((event) => ({ type: event.type, data: event.data })))),
      tenantId: principal.tenantId,
      meta: await this.meta(context, internalReason),
    });
  }

  async meta(context: RequestContext, internalReason?: string): Promise<EventMeta> {
    const { principal } = context;
    return {
      v: 1,
      actor: principal.actor,
      actorKind: principal.kind,
      software: SOFTWARE,
      correlation: context.correlationId,
      tenant: principal.tenantId,
      ...(context.causationId ? { causation: context.causationId } : {}),
      ...(context.ticket ? { ticket: context.ticket } : {}),
      ...(principal.sessionId ? { session: principal.sessionId } : {}),
      ...(principal.tokenId ? { token: principal.tokenId } : {}),
      ...(principal.factor ? { factor: principal.factor } : {}),
      ...(principal.factorAt ? { factorAt: principal.factorAt } : {}),
      ...(context.grant ? { grant: context.grant } : {}),
      ...(principal.source && (principal.kind === 'person' || principal.kind === 'token')
        ? { source: await this.personal.seal(principal.actor, principal.source) }
        : {}),
      ...(internalReason ? { internalReason } : {}),
    };
  }
}

/** For what Muster itself does. */
export function systemPrincipal(kind: Principal['kind'], actor: string, tenantId: string): Principal {
  return { kind, actor, tenantId, permissions: new Set() };
}
