// Everybody with an account or an invitation: how each account is secured, and when it was used last.
import { ListPeople } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { Roles } from '../grants/roles.ts';
import { beyond, cut, type ListOrder } from '../list-place.ts';
import { needsSecondFactor, SignInPolicies } from '../sign-in-policy.ts';

const ListPeopleQuery = queryOf(ListPeople);

interface Row {
  person_id: string;
  name: string;
  email: string;
  role: string;
  roles: string[] | null;
  state: 'invited' | 'active';
  registered_at: Date;
  left: boolean;
  totp: boolean;
  passkeys: number;
  codes: number;
  last_sign_in: Date | null;
  sessions: number;
  purpose: 'invitation' | 'recovery' | null;
  link_expires: Date | null;
  at: string[];
}

const ORDER: ListOrder = { order: sql`extract(epoch from p.registered_at)`, times: 1, id: sql`p.person_id` };

@QueryHandler(ListPeopleQuery)
export class ListPeopleHandler implements IQueryHandler<MessageOf<typeof ListPeopleQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async execute({
    input: { after, limit },
    context,
  }: MessageOf<typeof ListPeopleQuery>): Promise<AnswerOf<typeof ListPeopleQuery>> {
    const { tenantId } = context.principal;
    const [policy, titleOf] = await Promise.all([this.policies.of(tenantId), this.roles.titles()]);
    const { rows } = await sql<Row>`
      select p.person_id, p.name, p.email, p.role, h.roles, p.state, p.registered_at, c.totp_secret is not null as totp,
        h.roles is null and c.password_hash is null and c.totp_secret is null and l.link_hash is null
          and not exists (select 1 from muster.access_passkeys k where k.person_id = p.person_id) as left,
        (select count(*)::int from muster.access_passkeys k where k.person_id = p.person_id) as passkeys,
        (select count(*)::int from muster.access_recovery_codes r where r.person_id = p.person_id and r.used_at is null) as codes,
        s.last_sign_in, coalesce(s.sessions, 0) as sessions, l.purpose, l.expires_at as link_expires,
        array[${ORDER.order}]::text[] as at
      from (
        select * from muster.access_people p
        where p.tenant_id = ${tenantId} and ${beyond(ORDER, after)}
        order by ${ORDER.order}, p.person_id limit ${limit + 1}) p
      left join lateral (
        select array_agg(distinct g.role) as roles from muster.access_grants g
        where g.holder_id = p.person_id and g.ended_at is null and (g.until is null or g.until > now())) h on true
      left join muster.access_credentials c using (person_id)
      left join muster.access_links l on l.person_id = p.person_id and l.ended_at is null
      left join lateral (
        select max(created_at) as last_sign_in, count(*) filter (where ended_at is null and expires_at > now()
          and used_at > now() - make_interval(secs => ${this.settings.MUSTER_SESSION_IDLE_SECONDS}))::int as sessions
        from muster.access_sessions s where s.person_id = p.person_id) s on true
      order by ${ORDER.order}, p.person_id`.execute(this.database.db);
    const { page, next } = cut(rows, limit, (row) => row.person_id);
    const people = await Promise.all(
      page.map(async (row) => ({
        personId: row.person_id,
        name: (await this.personal.open(row.name)) ?? 'Erased person',
        email: (await this.personal.open(row.email)) ?? '',
        role: row.roles?.map(titleOf).join(', ') ?? (row.role === 'none' ? 'No role' : titleOf(row.role)),
        state: row.state,
        since: row.registered_at.toISOString(),
        left: row.left,
        totp: row.totp,
        passkeys: row.passkeys,
        recoveryCodesLeft: row.codes,
        secondFactorRequired: needsSecondFactor(policy, row.roles ?? [row.role]),
        lastSignInAt: row.last_sign_in?.toISOString() ?? null,
        sessions: row.sessions,
        link:
          row.purpose && row.link_expires
            ? {
                purpose: row.purpose,
                expiresAt: row.link_expires.toISOString(),
                expired: row.link_expires < new Date(),
              }
            : null,
      })),
    );
    return { people, next };
  }
}
