// Somebody answers for what a server has, until a review: from then on what is different stands out.
import { ApproveItems, ItemsApproved, LONGEST_REVIEW_DAYS, type ApprovedKind } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { inventoryStream } from '../inventory/inventory-keeper.ts';

const ApproveItemsCommand = commandOf(ApproveItems);
const DAY = 86_400_000;
const MOST = 2000;

@CommandHandler(ApproveItemsCommand)
export class ApproveItemsHandler implements ICommandHandler<MessageOf<typeof ApproveItemsCommand>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { serverId, kind, items, reason, reviewAt },
    context,
  }: MessageOf<typeof ApproveItemsCommand>): Promise<OutcomeOf<typeof ApproveItemsCommand>> {
    refuseReview(new Date(reviewAt), new Date());
    const present = await this.#present(serverId, kind, items);
    const approved = items ?? [...present.keys()];
    if (approved.length === 0) {
      throw new Refusal(
        'conflict',
        'nothing-there',
        'There is nothing of that kind on this server that could be approved',
      );
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: inventoryStream(serverId),
      streamType: 'inventory',
      expectedVersion: 'any',
      events: [
        eventOf(ItemsApproved, {
          serverId,
          kind,
          items: approved,
          ...(kind === 'ports' ? { programs: programsOf(present) } : {}),
          owner: context.principal.actor,
          reason,
          reviewAt,
        }),
      ],
      internalReason: reason,
    });
    return { eventIds, replayed, answer: { approved: approved.length } };
  }

  /** What is there, of what was named or at all, with the program behind a port. */
  async #present(
    serverId: string,
    kind: ApprovedKind,
    named: readonly string[] | null,
  ): Promise<ReadonlyMap<string, string | null>> {
    const { rows } = await sql<{ item: string; program: string | null }>`
      select item, facts ->> 'program' as program from muster.posture_inventory
      where server_id = ${serverId} and kind = ${kind} and (${named}::text[] is null or item = any(${named}::text[]))
      order by item limit ${MOST}`.execute(this.database.db);
    return new Map(rows.map(({ item, program }) => [item, program]));
  }
}

const programsOf = (present: ReadonlyMap<string, string | null>): Record<string, string> =>
  Object.fromEntries([...present].flatMap(([item, program]) => (program === null ? [] : [[item, program]])));

function refuseReview(reviewAt: Date, now: Date): void {
  const days = (reviewAt.getTime() - now.getTime()) / DAY;
  if (days > 0 && days <= LONGEST_REVIEW_DAYS) return;
  const sentence =
    days <= 0 ? 'That review is over already. Give one in the future' : 'It is looked at again within a year at most';
  throw new Refusal('invalid', 'review-date', sentence, { fields: [{ path: 'reviewAt', message: sentence }] });
}
