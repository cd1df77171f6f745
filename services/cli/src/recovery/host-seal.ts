// What the installation sealed, opened on the host: with its own key and the superuser's rights.
import { join } from 'node:path';
import { openMasterKey, WrappingKey } from '@muster/control-plane/platform/personal-data/data-key';
import { PersonalData, type MasterKey } from '@muster/control-plane/platform/personal-data/personal-data';
import type pg from 'pg';

export interface HostSeal {
  readonly master: MasterKey;
  readonly personal: PersonalData;
}

export async function hostSeal(pool: pg.Pool, installation: string): Promise<HostSeal> {
  const master = await openMasterKey(pool, WrappingKey.fromFile(join(installation, 'secrets.key')));
  return { master, personal: new PersonalData(pool, master) };
}
