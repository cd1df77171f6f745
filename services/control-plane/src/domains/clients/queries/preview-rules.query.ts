// A dry run over every site: what would change hands, and where rules disagree.
import { PreviewRules, type RuleOutcome } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { RuleBook, type Judged } from '../rule-book.ts';

const PreviewRulesQuery = queryOf(PreviewRules);
const MOST_SHOWN = 500;

@QueryHandler(PreviewRulesQuery)
export class PreviewRulesHandler implements IQueryHandler<MessageOf<typeof PreviewRulesQuery>> {
  constructor(@Inject(RuleBook) private readonly book: RuleBook) {}

  async execute({
    input: { rules },
  }: MessageOf<typeof PreviewRulesQuery>): Promise<AnswerOf<typeof PreviewRulesQuery>> {
    await this.book.requireKnown(rules);
    const shown: Judged[] = [];
    let [sites, changes, conflicts] = [0, 0, 0];
    for await (const page of this.book.judge(rules)) {
      for (const judged of page) {
        sites += 1;
        const moves = judged.to !== judged.site.clientId;
        if (moves) changes += 1;
        if (judged.conflicts.length > 0) conflicts += 1;
        if ((moves || judged.conflicts.length > 0 || judged.kept !== null) && shown.length < MOST_SHOWN)
          shown.push(judged);
      }
    }
    const names = await this.book.clientNames(
      shown.flatMap(({ to, site, conflicts: other }) => [
        ...[to, site.clientId].filter((id) => id !== null),
        ...other.map(({ clientId }) => clientId),
      ]),
    );
    return { sites, changes, conflicts, outcomes: shown.map((judged) => outcomeOf(judged, names)) };
  }
}

function outcomeOf(judged: Judged, names: ReadonlyMap<string, string>): RuleOutcome {
  const called = (id: string | null) => (id === null ? null : (names.get(id) ?? 'a client that is gone'));
  return {
    siteId: judged.siteId,
    site: judged.site.name,
    server: judged.server,
    from: called(judged.site.clientId),
    to: called(judged.to),
    rule: judged.rule,
    conflicts: judged.conflicts.map(({ rule, clientId }) => ({ rule, client: called(clientId) ?? '' })),
    kept: judged.kept,
  };
}
