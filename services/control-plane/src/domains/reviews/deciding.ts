// Who decides about whose items. Another one, as long as there is another one; else the person alone, with a second factor.
import { DecideItem } from '@muster/contracts/reviews';
import { Inject, Injectable } from '@nestjs/common';
import { othersMay } from '../access/index.ts';
import type { Principal } from '../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';

@Injectable()
export class Deciding {
  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {}

  /** Nobody else may decide about this person's items at this moment. */
  async isAlone({ actor, tenantId }: Pick<Principal, 'actor' | 'tenantId'>): Promise<boolean> {
    return !(await othersMay(this.database, tenantId, DecideItem.permission.name, actor));
  }
}
