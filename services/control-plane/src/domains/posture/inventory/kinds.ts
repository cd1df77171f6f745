// Every kind of the inventory.
import type { KindDefinition } from './kind.ts';
import { administrators } from './kinds/administrators.ts';
import { certificates } from './kinds/certificates.ts';
import { cron } from './kinds/cron.ts';
import { keys } from './kinds/keys.ts';
import { modules } from './kinds/modules.ts';
import { php } from './kinds/php.ts';
import { ports } from './kinds/ports.ts';
import { units } from './kinds/units.ts';
import { updates } from './kinds/updates.ts';
import { wordpress } from './kinds/wordpress.ts';

export const kinds: readonly KindDefinition[] = [
  keys,
  ports,
  administrators,
  units,
  cron,
  modules,
  updates,
  php,
  certificates,
  wordpress,
];
