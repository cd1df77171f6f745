// Which policy judges, where it came from, and how far judging everything by it has come.
import { GetPolicy } from '@muster/contracts/posture';
import { posturePolicy } from '@muster/posture/policy';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Policies } from '../policy/policies.ts';

const GetPolicyQuery = queryOf(GetPolicy);

@QueryHandler(GetPolicyQuery)
export class GetPolicyHandler implements IQueryHandler<MessageOf<typeof GetPolicyQuery>> {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async execute(): Promise<AnswerOf<typeof GetPolicyQuery>> {
    const now = new Date();
    const packs = await new Policies(this.database).packs();
    const pack = packs.find(({ valid_from: from }) => from <= now);
    const version = pack?.version ?? posturePolicy.version;
    const next = packs.findLast((one) => one.valid_from > now && one.version > version);
    return {
      version,
      source: pack === undefined ? 'built-in' : 'pack',
      sha256: pack?.sha256 ?? null,
      validFrom: pack?.valid_from.toISOString() ?? null,
      importedAt: pack?.imported_at.toISOString() ?? null,
      catalogue: posturePolicy.version,
      ...(await this.#progress(version)),
      next: next === undefined ? null : { version: next.version, validFrom: next.valid_from.toISOString() },
    };
  }

  async #progress(version: number): Promise<{ servers: number; judged: number }> {
    const { rows } = await sql<{ servers: number; judged: number }>`
      select count(*)::int as servers,
        count(*) filter (where policy >= ${version} and catalogue >= ${posturePolicy.version})::int as judged
      from muster.posture_judgements where judged_at is not null`.execute(this.database.db);
    return rows[0] ?? { servers: 0, judged: 0 };
  }
}
