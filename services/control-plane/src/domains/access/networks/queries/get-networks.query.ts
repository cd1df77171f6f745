// The rules of networks, and from where whoever asks is seen to come.
import { GetNetworks } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { Roles } from '../../grants/roles.ts';
import { DoorViews } from '../door-views.ts';
import { Networks } from '../networks.ts';

const GetNetworksQuery = queryOf(GetNetworks);

@QueryHandler(GetNetworksQuery)
export class GetNetworksHandler implements IQueryHandler<MessageOf<typeof GetNetworksQuery>> {
  constructor(
    @Inject(Networks) private readonly networks: Networks,
    @Inject(DoorViews) private readonly views: DoorViews,
    @Inject(Roles) private readonly roles: Roles,
  ) {}

  async execute({
    context: { principal },
  }: MessageOf<typeof GetNetworksQuery>): Promise<AnswerOf<typeof GetNetworksQuery>> {
    const [{ rules }, doors, roles] = await Promise.all([
      this.networks.state(),
      this.views.doors(),
      this.roles.all(principal.tenantId),
    ]);
    return {
      ...doors,
      rules: [...rules],
      yourAddress: principal.source ?? '',
      roles: roles.map(({ role, title }) => ({ role, title })),
    };
  }
}
