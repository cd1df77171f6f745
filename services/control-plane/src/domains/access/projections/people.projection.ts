// Read model of people: sealed names and addresses, found by a keyed hash of the address.
import { InvitationAccepted, OwnerRegistered, PersonInvited, SubjectErased } from '@muster/contracts/access';
import { sql } from 'kysely';
import type { EventStoreTransaction, HintBus, SequencedEvent } from '../../../platform/event-store/index.ts';
import { SUBJECT_ERASED, type PersonalData, type SecretBox } from '../../../platform/personal-data/personal-data.ts';
import type { ReadModelKey, Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { erase } from '../erasure/erase.ts';
import { emailTag } from '../email-tag.ts';
import type { AccessTables } from '../tables.ts';

interface Newcomer {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly timeZone: string;
  readonly role: string;
  readonly state: 'invited' | 'active';
}

export const PEOPLE_READ_MODEL: ReadModelKey = { name: 'read-model/people', version: 1 };

export class PeopleProjection implements Subscription {
  readonly name = PEOPLE_READ_MODEL.name;
  readonly version = PEOPLE_READ_MODEL.version;
  readonly types = [OwnerRegistered.type, PersonInvited.type, InvitationAccepted.type, SubjectErased.type];
  readonly from = 'beginning';

  constructor(
    private readonly personal: PersonalData,
    private readonly box: SecretBox,
    private readonly live: LiveHints,
    private readonly hints: HintBus,
  ) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === OwnerRegistered.type) {
        const data = OwnerRegistered.schema.parse(event.data);
        await this.#add(trx, event, { ...data, role: 'owner', state: 'active' });
      } else if (event.type === PersonInvited.type) {
        const data = PersonInvited.schema.parse(event.data);
        await this.#add(trx, event, { ...data, timeZone: 'UTC', state: 'invited' });
      } else if (event.type === SubjectErased.type) {
        await erase(trx, SubjectErased.schema.parse(event.data).personId, event.recordedAt);
      } else {
        const { personId, timeZone } = InvitationAccepted.schema.parse(event.data);
        await sql`
          update muster.access_people set state = 'active', time_zone = ${timeZone}
          where person_id = ${personId}`.execute(trx);
      }
    }
  }

  async afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    this.live.changed('people', events.at(-1)?.position ?? null);
    for (const { type, data } of events) {
      if (type === SubjectErased.type) this.hints.publish(SUBJECT_ERASED, { subject: data['personId'] });
    }
    return Promise.resolve();
  }

  async #add(trx: EventStoreTransaction, event: SequencedEvent, person: Newcomer): Promise<void> {
    const email = await this.personal.open(person.email);
    // Erased: nobody signs in as that person any more.
    if (email === null) return;
    const row = {
      person_id: person.personId,
      name: person.name,
      email: person.email,
      time_zone: person.timeZone,
      role: person.role,
      state: person.state,
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
