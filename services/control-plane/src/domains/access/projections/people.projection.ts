// Read model of people: sealed names and addresses, found by a keyed hash of the address.
import { OwnerRegistered } from '@muster/contracts/access';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { PersonalData, SecretBox } from '../../../platform/personal-data/personal-data.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { READ_MODEL } from '../../../platform/projections/read-barrier.ts';
import { emailTag } from '../people.ts';
import type { AccessTables } from '../tables.ts';

export class PeopleProjection implements Subscription {
  readonly name = `${READ_MODEL}people`;
  readonly version = 1;
  readonly types = [OwnerRegistered.type];
  readonly from = 'beginning';

  constructor(
    private readonly personal: PersonalData,
    private readonly box: SecretBox,
  ) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      const data = OwnerRegistered.schema.parse(event.data);
      const email = await this.personal.open(data.email);
      // Erased: nobody signs in as that person any more.
      if (email === null) continue;
      const row = {
        person_id: data.personId,
        name: data.name,
        email: data.email,
        time_zone: data.timeZone,
        role: 'owner',
        registered_at: event.recordedAt,
      };
      await trx
        .withTables<AccessTables>()
        .insertInto('muster.access_people')
        .values({ tenant_id: event.tenantId, email_tag: emailTag(this.box, email), ...row })
        // An attempt that was cut off before its credentials were stored gives way to the next one.
        .onConflict((conflict) => conflict.columns(['tenant_id', 'email_tag']).doUpdateSet(row))
        .execute();
    }
  }
}
