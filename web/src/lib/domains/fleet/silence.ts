// Silence that nothing else names: servers that have never called, or never said what they hold. Beside it nothing is called
// fine, because nobody knows whether it is.
import type { FleetSummary } from '@muster/contracts/fleet';
import type { ServerRow } from '@muster/contracts/servers';
import { counted, listed } from '../../platform/quantities.ts';
import type { GlyphName } from '../../ui/glyphs/shapes.ts';

export interface Silence {
  readonly glyph: GlyphName;
  readonly title: string;
  readonly detail: string;
  readonly href: string;
  /** Whom it is about; null when they are not all known by name. */
  readonly serverIds: readonly string[] | null;
}

type Heard = Pick<FleetSummary, 'attention' | 'servers' | 'roll'>;

/** Of the whole fleet; none where every server has been heard of. */
export function silences({ attention, servers, roll }: Heard): readonly Silence[] {
  const found: Silence[] = [];
  // Counted and looked at one after the other: who fell silent in between is in the count alone.
  if (servers.silent > 0 && !attention.some(({ kind }) => kind === 'servers-silent')) {
    found.push({
      glyph: 'silent',
      title: `${counted(servers.silent, 'server does', 'servers do')} not answer`,
      detail: 'What they hold stays in force; what is asked of them waits until they answer.',
      href: '/servers?presence=silent',
      serverIds: null,
    });
  }
  if (servers.never > 0) {
    const one = servers.never === 1;
    const never = roll.filter(({ presence }) => presence === 'never');
    found.push({
      glyph: 'wait',
      title: `${named(never, servers.never)} ${one ? 'was' : 'were'} enrolled and ${one ? 'has' : 'have'} not called yet`,
      detail: `Nothing is known of ${one ? 'it until its agent connects' : 'them until their agents connect'}; what is asked waits.`,
      href: pageOf(never, servers.never) ?? '/servers?presence=never',
      serverIds: never.length === servers.never ? idsOf(never) : null,
    });
  }
  const mute = roll.filter(({ presence, bans }) => presence === 'present' && bans === 'unknown');
  if (mute.length > 0) {
    const one = mute.length === 1;
    found.push({
      glyph: 'unknown',
      title: `${named(mute, mute.length)} ${one ? 'has' : 'have'} not said what ${one ? 'it holds' : 'they hold'}`,
      detail: `Whether ${one ? 'its block list is' : 'their block lists are'} in force is not known before a report comes.`,
      href: pageOf(mute, mute.length) ?? '/servers',
      serverIds: idsOf(mute),
    });
  }
  return found;
}

const named = (known: readonly ServerRow[], all: number): string =>
  known.length === 0
    ? counted(all, 'server')
    : listed(
        known.map(({ name }) => name),
        3,
        all,
      );
const idsOf = (servers: readonly ServerRow[]): string[] => servers.map(({ serverId }) => serverId);
/** The page of the only one. */
const pageOf = ([first]: readonly ServerRow[], all: number): string | undefined =>
  all === 1 && first !== undefined ? `/servers/${first.serverId}` : undefined;
