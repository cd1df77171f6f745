// Proves that the ledger at one size extends the ledger at another, to somebody who kept an older checkpoint.
import { GetConsistency } from '@muster/contracts/audit';
import { toHex } from '@muster/kernel/bytes';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { LogProofs } from '../../../platform/proofs/log-proofs.ts';

const GetConsistencyQuery = queryOf(GetConsistency);

@QueryHandler(GetConsistencyQuery)
export class GetConsistencyHandler implements IQueryHandler<MessageOf<typeof GetConsistencyQuery>> {
  constructor(@Inject(LogProofs) private readonly proofs: LogProofs) {}

  async execute({ input }: MessageOf<typeof GetConsistencyQuery>): Promise<AnswerOf<typeof GetConsistencyQuery>> {
    const { from, to } = input;
    const newest = (await this.proofs.newestCheckpoint())?.size ?? 0;
    if (from > to || to > newest) {
      const message = `Give 0 ≤ from ≤ to ≤ ${newest}, the size that is signed`;
      throw new Refusal('invalid', 'no-such-size', message, { fields: [{ path: from > to ? 'from' : 'to', message }] });
    }
    return { from, to, path: (await this.proofs.consistency(from, to)).map(toHex) };
  }
}
