// Tables of grants and own roles: read models of their events.
import type { ColumnType } from 'kysely';
import type { GrantScope } from '@muster/contracts/access';

export type GrantTables = {
  'muster.access_grants': {
    grant_id: string;
    tenant_id: string;
    holder_id: string;
    role: string;
    scope: ColumnType<GrantScope, string, string>;
    scope_key: string;
    starts_at: Date;
    until: Date | null;
    reason: string;
    given_by: string;
    given_at: Date;
    given_position: number;
    ended_at: Date | null;
    ended_why: 'revoked' | 'expired' | 'reviewed' | 'offboarded' | null;
    warned_days: number | null;
  };
  'muster.access_roles': {
    role_id: string;
    tenant_id: string;
    name: string;
    sentence: string;
    permissions: string[];
    removed_at: Date | null;
  };
};
