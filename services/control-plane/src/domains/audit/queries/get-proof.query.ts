// Everything a browser needs to convince itself that an entry is in the signed ledger, without the entry's payload.
import { GetProof } from '@muster/contracts/audit';
import { toHex } from '@muster/kernel/bytes';
import { sha256Hex } from '@muster/kernel/hashing';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { TRUST, type Trust } from '../../../platform/keys/trust.ts';
import { LogProofs } from '../../../platform/proofs/log-proofs.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { CheckpointView } from '../checkpoint-view.ts';
import { LedgerReader } from '../ledger-reader.ts';

const GetProofQuery = queryOf(GetProof);

@QueryHandler(GetProofQuery)
export class GetProofHandler implements IQueryHandler<MessageOf<typeof GetProofQuery>> {
  constructor(
    @Inject(LedgerReader) private readonly reader: LedgerReader,
    @Inject(LogProofs) private readonly proofs: LogProofs,
    @Inject(CheckpointView) private readonly checkpoints: CheckpointView,
    @Inject(TRUST) private readonly trust: Trust,
    @Inject(APP_DIRECTORY) private readonly servers: ServerDirectory,
  ) {}

  async execute({ input, context }: MessageOf<typeof GetProofQuery>): Promise<AnswerOf<typeof GetProofQuery>> {
    const { position } = input;
    const [row] = await this.reader.rows(context.principal.tenantId, [position]);
    if (row === undefined) throw notFound('entry');
    const checkpoint = await this.proofs.newestCheckpoint();
    if (checkpoint === null || checkpoint.size <= position) {
      throw new Refusal(
        'unavailable',
        'not-signed-yet',
        `Entry ${position} is not signed yet; it will be in a moment`,
        {
          retryAfter: 1,
        },
      );
    }
    const witnesses = await this.checkpoints.witnesses();
    const saw = witnesses.filter((witness) => witness.size > position);
    const names = await this.servers.names(saw.map((witness) => witness.serverId));
    return {
      position,
      leafHash: row.leaf_hash.toString('hex'),
      leaf: {
        eventId: row.event_id,
        tenantId: row.tenant_id,
        streamId: row.stream_id,
        streamVersion: Number(row.stream_version),
        type: row.event_type,
        schemaVersion: row.schema_version,
        recordedMicros: row.micros,
        metaHash: sha256Hex(row.meta),
        bodyHash: sha256Hex(row.body),
      },
      path: (await this.proofs.inclusion(position, checkpoint.size)).map(toHex),
      checkpoint: await this.checkpoints.of(checkpoint, witnesses),
      ledgerKey: this.checkpoints.ledgerKey(checkpoint.note).publicKey,
      rootKey: this.trust.rootKey,
      // Those that the reader may know; the checkpoint counts all.
      cosignatures: saw.flatMap(({ serverId, at }) => {
        const name = names.get(serverId);
        return name === undefined ? [] : [{ serverId, name, at: at.toISOString() }];
      }),
    };
  }
}
