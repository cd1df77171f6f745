// Whether everything is stopped, for the banner of every page.
import { GetStop } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { currentStop } from './current-stop.ts';

const GetStopQuery = queryOf(GetStop);

@QueryHandler(GetStopQuery)
export class GetStopHandler implements IQueryHandler<MessageOf<typeof GetStopQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  async execute(): Promise<AnswerOf<typeof GetStopQuery>> {
    const stop = await currentStop(this.database.pool);
    if (stop === null) return { stop: null };
    const names = await this.people.names([stop.stoppedBy]);
    return {
      stop: {
        stopId: stop.stopId,
        since: stop.beganAt.toISOString(),
        by: { id: stop.stoppedBy, name: names.get(stop.stoppedBy) ?? null },
        reason: stop.reason,
      },
    };
  }
}
