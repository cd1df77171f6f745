// What the prober sees of a server from outside. These are no probes: no agent runs them, and what an agent sends under
// such a name is not taken.
import { outsideDkim } from './outside/dkim.ts';
import { outsideNames } from './outside/names.ts';
import { outsidePorts } from './outside/ports.ts';
import { outsideSites } from './outside/sites.ts';
import { outsideTls } from './outside/tls.ts';
import type { Source } from './probe.ts';

export const outsideSources = [
  outsidePorts,
  outsideTls,
  outsideSites,
  outsideNames,
  outsideDkim,
] as const satisfies readonly Source[];

const NAMES: ReadonlySet<string> = new Set(outsideSources.map(({ name }) => name));
export const isOutside = ({ name }: Pick<Source, 'name'>): boolean => NAMES.has(name);
