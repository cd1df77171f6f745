import { GetRules } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { RuleBook } from '../rule-book.ts';

const GetRulesQuery = queryOf(GetRules);

@QueryHandler(GetRulesQuery)
export class GetRulesHandler implements IQueryHandler<MessageOf<typeof GetRulesQuery>> {
  constructor(
    @Inject(RuleBook) private readonly book: RuleBook,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  async execute(): Promise<AnswerOf<typeof GetRulesQuery>> {
    const { rules, setAt, setBy } = await this.book.current();
    const names = await this.people.names(setBy === null ? [] : [setBy]);
    return {
      rules: [...rules],
      setAt: setAt?.toISOString() ?? null,
      setBy: setBy === null ? null : (names.get(setBy) ?? null),
    };
  }
}
