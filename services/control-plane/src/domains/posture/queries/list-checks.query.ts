// The catalogue: every check in words, and how the score is made.
import { ListChecks } from '@muster/contracts/posture';
import { checks } from '@muster/posture/checks';
import { posturePolicy } from '@muster/posture/policy';
import { FORMULA } from '@muster/posture/score';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { viewOf } from '../check-views.ts';

const ListChecksQuery = queryOf(ListChecks);

@QueryHandler(ListChecksQuery)
export class ListChecksHandler implements IQueryHandler<MessageOf<typeof ListChecksQuery>> {
  execute(): Promise<AnswerOf<typeof ListChecksQuery>> {
    return Promise.resolve({
      policy: posturePolicy.version,
      checks: checks.map(viewOf),
      score: FORMULA,
    });
  }
}
