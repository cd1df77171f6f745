// The access domain: who is there, and how they proved it.
import { domainModule } from '../../platform/composition/platform.module.ts';
import type { HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { AUTHENTICATOR } from '../../platform/http/authenticator.ts';
import { PEOPLE } from '../../platform/personal-data/person-names.ts';
import { MasterKey, PersonalData, SecretBox } from '../../platform/personal-data/personal-data.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { BreakGlass } from './break-glass/break-glass.ts';
import { BREAK_GLASS, BreakGlassProjection } from './break-glass/break-glass.projection.ts';
import { EndBreakGlass } from './break-glass/end-break-glass.schedule.ts';
import { tokenParts } from './api-tokens/token-parts.ts';
import { Authentication } from './authentication.ts';
import { Challenges } from './challenges.ts';
import { AddPasskeyHandler } from './commands/add-passkey.command.ts';
import { BeginPasskeyHandler } from './commands/begin-passkey.command.ts';
import { BeginTotpHandler } from './commands/begin-totp.command.ts';
import { CancelLinkHandler } from './commands/cancel-link.command.ts';
import { ChangePasswordHandler } from './commands/change-password.command.ts';
import { ConfirmTotpHandler } from './commands/confirm-totp.command.ts';
import { EndOtherSessionsHandler } from './commands/end-other-sessions.command.ts';
import { EndPersonSessionsHandler } from './commands/end-person-sessions.command.ts';
import { EndSessionHandler } from './commands/end-session.command.ts';
import { InvitePersonHandler } from './commands/invite-person.command.ts';
import { IssueRecoveryCodesHandler } from './commands/issue-recovery-codes.command.ts';
import { MakeRecoveryLinkHandler } from './commands/make-recovery-link.command.ts';
import { RemovePasskeyHandler } from './commands/remove-passkey.command.ts';
import { RemoveTotpHandler } from './commands/remove-totp.command.ts';
import { SetSignInPolicyHandler } from './commands/set-sign-in-policy.command.ts';
import { Credentials } from './credentials.ts';
import { Doors } from './doors.ts';
import { Enrolments } from './enrolments.ts';
import { Entry } from './entry.ts';
import { ErasePersonHandler } from './erasure/erase-person.command.ts';
import { KnownDevices } from './known-devices.ts';
import { LastFactor } from './last-factor.ts';
import { grantParts } from './grants/grant-parts.ts';
import { OwnerSetup } from './owner-setup.ts';
import { networkParts } from './networks/network-parts.ts';
import { Passkeys } from './passkeys.ts';
import { People, SEALED_FOR } from './people.ts';
import { PersonLinks } from './person-links.ts';
import { DigestRefusedSignIns } from './policies/digest-refused-sign-ins.policy.ts';
import { PEOPLE_READ_MODEL, PeopleProjection } from './projections/people.projection.ts';
import { Proofs } from './proofs.ts';
import { GetAccountHandler } from './queries/get-account.query.ts';
import { GetSignInPolicyHandler } from './queries/get-sign-in-policy.query.ts';
import { ListPeopleHandler } from './queries/list-people.query.ts';
import { EndSessionsWhenOver } from './schedules/end-sessions-when-over.schedule.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import { SignInPolicies } from './sign-in-policy.ts';
import { Turns } from './turns.ts';

export const accessModule = domainModule({
  api: [
    People,
    { provide: PEOPLE, useExisting: People },
    Sessions,
    Authentication,
    { provide: AUTHENTICATOR, useExisting: Authentication },
    EndSessionsWhenOver,
    SignInPolicies,
    Challenges,
    Credentials,
    Passkeys,
    Proofs,
    LastFactor,
    KnownDevices,
    Turns,
    Enrolments,
    PersonLinks,
    OwnerSetup,
    SignIn,
    Entry,
    Doors,
    DigestRefusedSignIns,
    GetAccountHandler,
    ChangePasswordHandler,
    BeginTotpHandler,
    ConfirmTotpHandler,
    RemoveTotpHandler,
    BeginPasskeyHandler,
    AddPasskeyHandler,
    RemovePasskeyHandler,
    IssueRecoveryCodesHandler,
    EndSessionHandler,
    EndOtherSessionsHandler,
    ListPeopleHandler,
    InvitePersonHandler,
    MakeRecoveryLinkHandler,
    CancelLinkHandler,
    EndPersonSessionsHandler,
    GetSignInPolicyHandler,
    SetSignInPolicyHandler,
    ErasePersonHandler,
    BreakGlass,
    EndBreakGlass,
    ...grantParts.api,
    ...tokenParts.api,
    ...networkParts.api,
  ],
  worker: [
    {
      provide: PeopleProjection,
      inject: [SubscriptionRegistry, PersonalData, MasterKey, HINTS],
      useFactory: (registry: SubscriptionRegistry, personal: PersonalData, master: MasterKey, hints: HintBus) => {
        const projection = new PeopleProjection(
          personal,
          new SecretBox(master, SEALED_FOR),
          new LiveHints(hints),
          hints,
        );
        registry.add(projection);
        registry.add(new BreakGlassProjection(new LiveHints(hints)));
        return projection;
      },
    },
    ...grantParts.worker,
    ...tokenParts.worker,
  ],
  readModels: [PEOPLE_READ_MODEL, BREAK_GLASS, ...grantParts.readModels],
});
