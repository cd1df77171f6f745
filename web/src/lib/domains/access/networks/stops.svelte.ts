// What is stopped at this moment: asked once by the frame, for its banner and for the page of networks.
import { GetDoors } from '@muster/contracts/access';
import { GetStop } from '@muster/contracts/operations';
import { getContext, setContext } from 'svelte';
import { ask } from '#lib/platform/catalogue.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { view, type View } from '#lib/platform/view.svelte.ts';
import type { z } from 'zod';

type Stops = z.output<typeof GetStop.output> & z.output<typeof GetDoors.output>;
const KEY = Symbol('stops');
const NOTHING: Stops = { stop: null, apiStopped: null, openedFromHost: null };

/** Once, in the layout. */
export function setStops(): View<Stops> {
  const stops = view(
    async (signal): Promise<Stops> => {
      if (!session.may(GetStop.permission) || !session.may(GetDoors.permission)) return NOTHING;
      const [stop, doors] = await Promise.all([ask(GetStop, {}, signal), ask(GetDoors, {}, signal)]);
      return { ...stop, ...doors };
    },
    () => ['operations'],
  );
  setContext(KEY, stops);
  return stops;
}

export const stopsView = (): View<Stops> => getContext<View<Stops>>(KEY);
