// Issues the one-time token with which one server may introduce itself within the hour.
import { EnrolmentOpened, OpenEnrolment } from '@muster/contracts/servers';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { TRUST, type Trust } from '../../../platform/keys/trust.ts';
import { installLine } from '../enrolment/install-line.ts';
import { makeToken } from '../enrolment/token.ts';
import type { ServerDirectory } from '../server-directory.ts';
import { enrolmentStream } from '../server-events.ts';
import type { ServersTables } from '../tables.ts';
import { APP_DIRECTORY } from '../tokens.ts';

const OpenEnrolmentCommand = commandOf(OpenEnrolment);
const TOKEN_MINUTES = 60;

@CommandHandler(OpenEnrolmentCommand)
export class OpenEnrolmentHandler implements ICommandHandler<MessageOf<typeof OpenEnrolmentCommand>> {
  constructor(
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(TRUST) private readonly trust: Trust,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof OpenEnrolmentCommand>): Promise<OutcomeOf<typeof OpenEnrolmentCommand>> {
    const groups = await this.directory.names(input.groupIds);
    if (input.groupIds.some((groupId) => !groups.has(groupId))) throw notFound('group');
    if (input.name) await this.#requireFree(input.name, context.principal.tenantId);
    const enrolmentId = derivedId('enrolment', context.principal.actor, context.commandId);
    const { token, hash } = makeToken(enrolmentId, this.trust.rootKey);
    const expiresAt = new Date(Date.now() + TOKEN_MINUTES * 60_000);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: enrolmentStream(enrolmentId),
      streamType: 'enrolment',
      expectedVersion: 'new',
      events: [
        eventOf(EnrolmentOpened, {
          enrolmentId,
          name: input.name ?? null,
          groupIds: input.groupIds,
          expiresAt: expiresAt.toISOString(),
          simulated: input.simulated,
        }),
      ],
    });
    // The token is no event: only its hash is kept, and nobody can read it back.
    const row = {
      tenant_id: context.principal.tenantId,
      token_hash: hash,
      name: input.name ?? null,
      group_ids: input.groupIds,
      simulated: input.simulated,
      issued_at: new Date(),
      expires_at: expiresAt,
    };
    await this.database.db
      .withTables<ServersTables>()
      .insertInto('muster.servers_enrolments')
      .values({ enrolment_id: enrolmentId, ...row })
      .onConflict((conflict) => conflict.column('enrolment_id').doUpdateSet({ token_hash: hash }))
      .execute();
    return {
      eventIds,
      replayed,
      answer: {
        enrolmentId,
        token,
        installLine: await installLine(this.settings.publicUrl, enrolmentId, this.settings.MUSTER_RELEASES),
        expiresAt: expiresAt.toISOString(),
      },
    };
  }

  async #requireFree(name: string, tenantId: string): Promise<void> {
    const taken = await this.database.db
      .withTables<ServersTables>()
      .selectFrom('muster.servers_servers')
      .select('server_id')
      .where('tenant_id', '=', tenantId)
      .where((where) => where(where.fn('lower', ['name']), '=', name.toLowerCase()))
      .where('retired', '=', false)
      .executeTakeFirst();
    if (taken) throw new Refusal('conflict', 'taken', `There is a server called ${name} already`);
  }
}
