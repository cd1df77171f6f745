// Grants that are about to end, for those who can do something about it: the holder, whoever gave it, and the owners.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import type { Principal } from '../../../platform/cqrs/principal.ts';
import { GrantViews } from './grant-views.ts';
import type { GrantView } from '@muster/contracts/access';

@Injectable()
export class GrantDuties {
  constructor(
    @Inject(GrantViews) private readonly views: GrantViews,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  endingSoon({ actor, tenantId, grants = [] }: Principal): Promise<GrantView[]> {
    const isOwner = grants.some(({ role }) => role === 'owner');
    const days = Math.max(...this.settings.MUSTER_GRANT_WARNING_DAYS);
    // The same that `access.GrantEndingSoon` tells: one that is given for less is not news.
    return this.views.list(sql`g.tenant_id = ${tenantId} and g.ended_at is null and g.until > now()
      and g.until <= now() + make_interval(days => ${days}) and g.warned_days is not null
      and (${isOwner}::boolean or g.holder_id::text = ${actor} or g.given_by = ${actor})`);
  }
}
