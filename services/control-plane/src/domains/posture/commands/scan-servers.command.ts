// Somebody wants to know now: the servers that a target means are asked to read themselves at once. What a check needs alone
// is read when the question comes from one, because that takes a second and not a minute.
import { MOST_SCANNED, ScanRequested, ScanServers } from '@muster/contracts/posture';
import { derivedId } from '@muster/kernel/ids';
import type { CheckDefinition } from '@muster/posture/check';
import { checkOf } from '@muster/posture/checks';
import { probes } from '@muster/posture/probes';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';

const ScanServersCommand = commandOf(ScanServers);
const ASKED_OF_SERVERS: ReadonlySet<string> = new Set(probes.map(({ name }) => name));

@CommandHandler(ScanServersCommand)
export class ScanServersHandler implements ICommandHandler<MessageOf<typeof ScanServersCommand>> {
  constructor(
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { target, checkId },
    context,
  }: MessageOf<typeof ScanServersCommand>): Promise<OutcomeOf<typeof ScanServersCommand>> {
    const { actor, tenantId } = context.principal;
    const operationId = derivedId('posture.scan', actor, context.commandId);
    const streamId = `scan-${operationId}`;
    const [before] = await this.store.readStream(streamId);
    const found = await this.directory.resolve(tenantId, target);
    if (found === null) throw notFound(target.kind === 'group' ? 'group' : 'server');
    const asked = found.filter(({ observeOnly }) => !observeOnly);
    const answer = { operationId, servers: asked.length, skipped: found.length - asked.length };
    if (before) {
      const { serverIds } = ScanRequested.schema.parse(before.data);
      return { eventIds: [before.eventId], replayed: true, answer: { ...answer, servers: serverIds.length } };
    }
    const check = checkId === undefined ? undefined : checkOf(checkId);
    if (checkId !== undefined && check === undefined) throw notFound('check');
    if (asked.length === 0) {
      throw new Refusal(
        'conflict',
        'only-observed',
        'Nobody there takes the task: an agent that runs without its root helper reports at its own pace',
      );
    }
    if (asked.length > MOST_SCANNED) {
      throw new Refusal(
        'conflict',
        'too-many-servers',
        `That would have ${asked.length.toLocaleString('en')} servers work at once; ${MOST_SCANNED} may. Choose a group`,
      );
    }
    const asks = check === undefined ? null : probesOf(check);
    if (asks?.length === 0) {
      throw new Refusal('conflict', 'nothing-to-read', 'What this check needs is known without asking the server');
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'scan',
      expectedVersion: 'new',
      events: [
        eventOf(ScanRequested, {
          operationId,
          target,
          ...(checkId === undefined ? {} : { checkId }),
          probes: asks,
          serverIds: asked.map(({ serverId }) => serverId),
        }),
      ],
    });
    return { eventIds, replayed, answer };
  }
}

/** Not everything that a check reads is said by the server. */
const probesOf = ({ reads }: CheckDefinition): string[] =>
  [...new Set(Object.values(reads).map(({ name }) => name))].filter((name) => ASKED_OF_SERVERS.has(name));
