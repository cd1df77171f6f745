// The access domain: who is there, and how they proved it.
import { domainModule } from '../../platform/composition/platform.module.ts';
import { AUTHENTICATOR } from '../../platform/http/authenticator.ts';
import { PEOPLE } from '../../platform/personal-data/person-names.ts';
import { MasterKey, PersonalData, SecretBox } from '../../platform/personal-data/personal-data.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { grantParts } from './grants/grant-parts.ts';
import { OwnerSetup } from './owner-setup.ts';
import { People } from './people.ts';
import { DigestRefusedSignIns } from './policies/digest-refused-sign-ins.policy.ts';
import { PeopleProjection } from './projections/people.projection.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';

export const accessModule = domainModule({
  api: [
    People,
    { provide: PEOPLE, useExisting: People },
    Sessions,
    { provide: AUTHENTICATOR, useExisting: Sessions },
    OwnerSetup,
    SignIn,
    DigestRefusedSignIns,
    ...grantParts.api,
  ],
  worker: [
    {
      provide: PeopleProjection,
      inject: [SubscriptionRegistry, PersonalData, MasterKey],
      useFactory: (registry: SubscriptionRegistry, personal: PersonalData, master: MasterKey) => {
        const projection = new PeopleProjection(personal, new SecretBox(master, 'access'));
        registry.add(projection);
        return projection;
      },
    },
    ...grantParts.worker,
  ],
});
