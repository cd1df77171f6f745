// Grants that are about to end, for those who can do something about it: the holder, whoever gave it, and the owners.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import type { Principal } from '../../../platform/cqrs/principal.ts';
import { GrantViews } from './grant-views.ts';
import type { GrantView } from '@muster/contracts/access';

/** What the first page has room for, many times over. */
const MOST = 200;

@Injectable()
export class GrantDuties {
  constructor(
    @Inject(GrantViews) private readonly views: GrantViews,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async endingSoon({ actor, tenantId, grants = [] }: Principal): Promise<GrantView[]> {
    const isOwner = grants.some(({ role }) => role === 'owner');
    const days = Math.max(...this.settings.MUSTER_GRANT_WARNING_DAYS);
    // The same that `access.GrantEndingSoon` tells: one that is given for less is not news.
    const soon = sql`g.tenant_id = ${tenantId} and g.ended_at is null and g.until > now()
      and g.until <= now() + make_interval(days => ${days}) and g.warned_days is not null
      and (${isOwner}::boolean or g.holder_id::text = ${actor} or g.given_by = ${actor})`;
    return (await this.views.page(soon, { limit: MOST })).grants;
  }
}
