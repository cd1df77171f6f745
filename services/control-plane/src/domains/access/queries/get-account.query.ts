// One's own account: how it is secured, and where it is signed in.
import { GetAccount, type FactorKind } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { Credentials } from '../credentials.ts';
import { Standing } from '../grants/standing.ts';
import { Passkeys } from '../passkeys.ts';
import { People } from '../people.ts';
import { asPerson } from '../person-stream.ts';
import { Sessions } from '../sessions.ts';
import { SignInPolicies } from '../sign-in-policy.ts';

const GetAccountQuery = queryOf(GetAccount);
const time = (moment: Date | null): string | null => moment?.toISOString() ?? null;

@QueryHandler(GetAccountQuery)
export class GetAccountHandler implements IQueryHandler<MessageOf<typeof GetAccountQuery>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Standing) private readonly standing: Standing,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async execute({ context }: MessageOf<typeof GetAccountQuery>): Promise<AnswerOf<typeof GetAccountQuery>> {
    const { personId, sessionId } = asPerson(context);
    const [person, state, passkeys, sessions, policy, standing] = await Promise.all([
      this.people.byId(personId),
      this.credentials.state(personId),
      this.passkeys.of(personId),
      this.sessions.openOf(personId),
      this.policies.of(context.principal.tenantId),
      this.standing.of(personId),
    ]);
    if (!person) throw notFound('person');
    const provenAt = Date.parse(context.principal.factorAt ?? '');
    const provenUntil = new Date((Number.isNaN(provenAt) ? 0 : provenAt) + this.settings.MUSTER_STEP_UP_SECONDS * 1000);
    return {
      name: person.name,
      email: person.email,
      role: standing.role,
      timeZone: person.timeZone,
      passwordSetAt: time(state.passwordSetAt),
      totpSince: time(state.totpSince),
      passkeys: await Promise.all(
        passkeys.map(async (row) => ({
          passkeyId: row.passkey_id,
          name: (await this.personal.open(row.name)) ?? '',
          addedAt: row.added_at.toISOString(),
          usedAt: time(row.used_at),
          synced: row.synced,
        })),
      ),
      recoveryCodes: { left: state.recoveryCodesLeft, issuedAt: time(state.recoveryIssuedAt) },
      secondFactorRequired: await this.policies.requireSecondFactor(person),
      provenUntil: provenUntil > new Date() ? provenUntil.toISOString() : null,
      passwordMinLength: policy.passwordMinLength,
      sessions: await Promise.all(
        sessions.map(async (row) => ({
          sessionId: row.session_id,
          current: row.session_id === sessionId,
          device: row.device ? ((await this.personal.openIfReadable(row.device)) ?? '') : '',
          address: (await this.personal.openIfReadable(row.source)) ?? '',
          // Written by this domain, from the contract's own words.
          factor: row.factor as FactorKind,
          signedInAt: row.created_at.toISOString(),
          usedAt: row.used_at.toISOString(),
          expiresAt: row.expires_at.toISOString(),
        })),
      ),
      idleSeconds: this.settings.MUSTER_SESSION_IDLE_SECONDS,
    };
  }
}
