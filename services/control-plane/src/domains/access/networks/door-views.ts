// The state of the doors as pages show it.
import type { GetDoors } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { Networks } from './networks.ts';

@Injectable()
export class DoorViews {
  constructor(
    @Inject(Networks) private readonly networks: Networks,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  async doors(): Promise<z.output<typeof GetDoors.output>> {
    const { apiStopped, opened } = await this.networks.state();
    const names = await this.people.names(apiStopped ? [apiStopped.by] : []);
    return {
      apiStopped: apiStopped && {
        at: apiStopped.at.toISOString(),
        by: { id: apiStopped.by, name: names.get(apiStopped.by) ?? null },
        reason: apiStopped.reason,
      },
      openedFromHost: opened && { at: opened.at.toISOString(), reason: opened.reason },
    };
  }
}
