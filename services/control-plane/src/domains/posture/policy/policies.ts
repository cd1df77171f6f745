// Which policy judges now: the newest pack whose day has come, over what is built in.
import { policyPack, withPack } from '@muster/posture/policy-pack';
import { posturePolicy, type PosturePolicy } from '@muster/posture/policy';
import { sql } from 'kysely';
import type { Connection } from '../../../platform/database/database.ts';

export interface PackRow {
  readonly version: number;
  readonly sha256: string;
  readonly valid_from: Date;
  readonly imported_at: Date;
  readonly values: unknown;
}

export class Policies {
  constructor(private readonly database: Connection) {}

  async at(now: Date): Promise<PosturePolicy> {
    const pack = (await this.packs()).find(({ valid_from: from }) => from <= now);
    if (pack === undefined) return posturePolicy;
    return withPack(posturePolicy, { version: pack.version, values: policyPack.shape.values.parse(pack.values) });
  }

  /** Newest first: the one in force, and those that wait for their day. */
  async packs(): Promise<readonly PackRow[]> {
    const { rows } = await sql<PackRow>`
      select version, sha256, valid_from, imported_at, values from muster.posture_policies
      where valid_from > clock_timestamp()
        or version = (select max(version) from muster.posture_policies where valid_from <= clock_timestamp())
      order by version desc`.execute(this.database.db);
    return rows;
  }
}
