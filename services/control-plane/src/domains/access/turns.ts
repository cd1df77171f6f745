// Whose turn it is at the door: chooses what a visitor has to share with whom (throttle.ts), and counts refusals for the
// digest.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { KnownDevices } from './known-devices.ts';
import { People } from './people.ts';
import { Sessions } from './sessions.ts';
import { accountSubject, SignInThrottle, sourceSubject, type Subject } from './throttle.ts';
import { tokenHash } from './tokens.ts';
import type { Visitor } from './visitor.ts';

export interface Turn {
  /** Counts against this account; forgotten when somebody gets in. */
  readonly account: Subject;
  readonly all: readonly Subject[];
}

@Injectable()
export class Turns {
  readonly #throttle: SignInThrottle;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(People) private readonly people: People,
    @Inject(KnownDevices) private readonly devices: KnownDevices,
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {
    this.#throttle = new SignInThrottle(database);
  }

  /** Throws Refusal when this visitor has to wait. */
  async take(emailTag: string, personId: string | null, visitor: Visitor): Promise<Turn> {
    const sourceTag = this.people.box.tag(visitor.source);
    const [deviceKnown, sourceKnown] = await Promise.all([
      this.devices.knows(visitor.deviceToken, personId),
      this.sessions.knowsSource(sourceTag, personId),
    ]);
    const account = deviceKnown
      ? accountSubject(
          `account ${emailTag} on ${tokenHash(visitor.deviceToken ?? '')
            .toString('hex')
            .slice(0, 32)}`,
        )
      : accountSubject(sourceKnown ? `account ${emailTag} from ${sourceTag}` : `account ${emailTag}`);
    // Strangers behind the same address as the owner cannot slow down the browser he always uses.
    const all = deviceKnown ? [account] : [account, sourceSubject(`source ${sourceTag}`)];
    await this.#throttle.take(all);
    return { account, all };
  }

  giveBack(turn: Turn): Promise<void> {
    return this.#throttle.giveBack(turn.all);
  }

  /** The address keeps what it failed for other accounts. */
  async forget(turn: Turn): Promise<void> {
    await this.#throttle.giveBack(turn.all);
    await this.#throttle.forget([turn.account]);
  }

  async failed(account: string, visitor: Visitor): Promise<void> {
    await sql`
      insert into muster.access_refusals as r (source_tag, minute, attempts, accounts)
      values (${this.people.box.tag(visitor.source)}, date_trunc('minute', now()), 1, array[${account}])
      on conflict (source_tag, minute) do update set attempts = r.attempts + 1,
        accounts = case when cardinality(r.accounts) >= 100 or r.accounts @> excluded.accounts then r.accounts
                   else r.accounts || excluded.accounts end`.execute(this.database.db);
  }
}
