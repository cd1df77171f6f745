// One decision for what first scans found with one check: a waiver for all of it, somebody who mends it until a date, or the
// word that it stays open.
import { DecideIntake, IntakeDecided, LONGEST_WAIVER_DAYS } from '@muster/contracts/posture';
import { derivedId } from '@muster/kernel/ids';
import { checkOf } from '@muster/posture/checks';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { accept, needsSecond, waiverStream } from '../waiver.aggregate.ts';

const DecideIntakeCommand = commandOf(DecideIntake);
type Input = MessageOf<typeof DecideIntakeCommand>['input'];
const DAY = 86_400_000;
const DECIDED = { accept: 'accepted', assign: 'assigned', open: 'opened' } as const;

@CommandHandler(DecideIntakeCommand)
export class DecideIntakeHandler implements ICommandHandler<MessageOf<typeof DecideIntakeCommand>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof DecideIntakeCommand>): Promise<OutcomeOf<typeof DecideIntakeCommand>> {
    const { checkId, target, decision, reason } = input;
    const { actor, tenantId } = context.principal;
    const check = checkOf(checkId);
    if (check === undefined) throw notFound('check');
    const decisionId = derivedId('posture.intake', actor, context.commandId);
    const streamId = `intake-${decisionId}`;
    const second = decision.kind === 'accept' && needsSecond(check.severity);
    const [before] = await this.store.readStream(streamId);
    if (before) return { eventIds: [before.eventId], replayed: true, answer: { findings: 0, needsSecond: second } };
    const serverIds = target.kind === 'fleet' ? null : await this.directory.ids(tenantId, target);
    if (serverIds === null && target.kind !== 'fleet') throw notFound(target.kind);
    const findings = await this.#waiting(checkId, serverIds);
    if (findings === 0) {
      throw new Refusal('conflict', 'nothing-to-decide', 'Nothing of that check waits for a decision there');
    }
    const now = new Date();
    if (decision.kind === 'assign') refuseDueDate(new Date(decision.dueAt), now);
    const waiverId = decision.kind === 'accept' ? derivedId('posture.waiver', actor, context.commandId) : null;
    const waived = waiverId === null ? [] : await this.#accept(waiverId, input, context, now);
    const { eventIds, replayed } = await this.recorder.record(
      context,
      {
        streamId,
        streamType: 'intake',
        expectedVersion: 'new',
        events: [
          eventOf(IntakeDecided, {
            decisionId,
            checkId,
            target,
            serverIds: serverIds === null ? null : [...serverIds],
            decision: DECIDED[decision.kind],
            owner: decision.kind === 'assign' ? actor : null,
            dueAt: decision.kind === 'assign' ? decision.dueAt : null,
            waiverId,
            reason,
          }),
        ],
        internalReason: reason,
      },
      'intake',
    );
    return { eventIds: [...waived, ...eventIds], replayed, answer: { findings, needsSecond: second } };
  }

  async #waiting(checkId: string, serverIds: readonly string[] | null): Promise<number> {
    const among = serverIds === null ? sql`true` : sql`server_id = any(${serverIds}::uuid[])`;
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from muster.posture_intake
      where check_id = ${checkId} and decision is null and ${among}`.execute(this.database.db);
    return rows[0]?.n ?? 0;
  }

  /** The waiver comes first: should the process die in between, the same command again finishes it. */
  async #accept(
    waiverId: string,
    { checkId, target, decision, reason }: Input,
    context: MessageOf<typeof DecideIntakeCommand>['context'],
    now: Date,
  ): Promise<readonly string[]> {
    const check = checkOf(checkId);
    if (check === undefined || decision.kind !== 'accept') return [];
    const streamId = waiverStream(waiverId);
    const [before] = await this.store.readStream(streamId);
    if (before) return [before.eventId];
    const { severity } = check;
    const until = new Date(decision.until);
    const wish = { waiverId, checkId, target, subject: null, reason, severity, owner: context.principal.actor, until };
    const { eventIds } = await this.recorder.record(context, {
      streamId,
      streamType: 'waiver',
      expectedVersion: 'new',
      events: accept(wish, now),
      internalReason: reason,
    });
    return eventIds;
  }
}

function refuseDueDate(dueAt: Date, now: Date): void {
  const days = (dueAt.getTime() - now.getTime()) / DAY;
  if (days > 0 && days <= LONGEST_WAIVER_DAYS) return;
  const message = days <= 0 ? 'That day is over already. Give one to come' : 'It is mended within a year at most';
  throw new Refusal('invalid', 'due-date', message, { fields: [{ path: 'decision.dueAt', message }] });
}
