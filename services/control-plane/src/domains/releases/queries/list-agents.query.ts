// Servers with the version of their agent, by name; keyset pages.
import { ListAgents } from '@muster/contracts/releases';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_AGENTS, type AgentFleet } from '../../servers/index.ts';

const ListAgentsQuery = queryOf(ListAgents);

@QueryHandler(ListAgentsQuery)
export class ListAgentsHandler implements IQueryHandler<MessageOf<typeof ListAgentsQuery>> {
  constructor(@Inject(APP_AGENTS) private readonly fleet: AgentFleet) {}

  async execute({ input, context }: MessageOf<typeof ListAgentsQuery>): Promise<AnswerOf<typeof ListAgentsQuery>> {
    const { version, after, limit } = input;
    const found = await this.fleet.list(context.principal.tenantId, { version, after, limit: limit + 1 });
    const agents = found.slice(0, limit);
    return { agents, next: found.length > limit ? (agents.at(-1)?.name ?? null) : null };
  }
}
