// What everybody who works here should know of the doors.
import { GetDoors } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { DoorViews } from '../door-views.ts';

const GetDoorsQuery = queryOf(GetDoors);

@QueryHandler(GetDoorsQuery)
export class GetDoorsHandler implements IQueryHandler<MessageOf<typeof GetDoorsQuery>> {
  constructor(@Inject(DoorViews) private readonly views: DoorViews) {}

  execute(): Promise<AnswerOf<typeof GetDoorsQuery>> {
    return this.views.doors();
  }
}
