// The words of a client’s page: what the title answers, and what each duty measured.
import type { ClientSite, Dashboard, Duty } from '@muster/contracts/clients';
import { count, counted, listed, numberWord } from '#lib/platform/quantities.ts';
import type { GlyphName } from '#lib/ui/glyphs/shapes.ts';

export const siteLooks: Readonly<Record<ClientSite['state'], { glyph: GlyphName; word: string }>> = {
  served: { glyph: 'ok', word: 'served' },
  'server-silent': { glyph: 'silent', word: 'its server is silent' },
  gone: { glyph: 'fail', word: 'no longer found on its server' },
  unknown: { glyph: 'unknown', word: 'not known' },
};

export const dutyLooks: Readonly<Record<Duty['state'], { glyph: GlyphName; word: string }>> = {
  ok: { glyph: 'ok', word: 'Fine' },
  warn: { glyph: 'warn', word: 'Look' },
  critical: { glyph: 'critical', word: 'Critical' },
  unknown: { glyph: 'unknown', word: 'Not known' },
};

const TITLES: Readonly<Record<Duty['duty'], string>> = {
  'servers-answer': 'Servers run and are watched',
  'sites-served': 'Sites are set up on their servers',
  certificates: 'Certificates are renewed in time',
  'bans-enforced': 'Block lists are in force',
  'attacks-stopped': 'Attackers of your sites are shut out',
  'second-factor': 'A second factor on every account of yours',
  people: 'Who of your people may sign in',
};
export const dutyTitle = ({ duty }: Duty): string => TITLES[duty];

/** What was measured, as a sentence without its full stop. */
export function dutyWords({ duty, state, measured: { good, of, names } }: Duty): string {
  if (state === 'unknown') return 'Not measured yet';
  const missing = names.length === 0 ? '' : `: ${listed(names, 4)}`;
  switch (duty) {
    case 'servers-answer':
      return good === of
        ? `${counted(of, 'server')} ${of === 1 ? 'answers' : 'answer'}`
        : `${count(of - good)} of ${counted(of, 'server')} silent${missing}`;
    case 'sites-served':
      return good === of
        ? `${counted(of, 'site')} found on ${of === 1 ? 'its server' : 'their servers'}`
        : `${count(of - good)} of ${counted(of, 'site')} not found or silent${missing}`;
    case 'certificates':
      return good === of
        ? `${counted(of, 'certificate')} good for more than two weeks`
        : `${count(of - good)} of ${counted(of, 'certificate')} ${of - good === 1 ? 'ends' : 'end'} soon or ended${missing}`;
    case 'bans-enforced':
      return good === of
        ? `${counted(of, 'server')} ${of === 1 ? 'holds' : 'hold'} exactly what is ordered`
        : `${count(of - good)} of ${counted(of, 'server')} behind${missing}`;
    case 'attacks-stopped':
      return good === 0
        ? 'Nobody had to be shut out in 24 hours'
        : `${counted(good, 'address', 'addresses')} shut out in 24 hours`;
    case 'second-factor':
      return good === of
        ? `${counted(of, 'person', 'people')} ${of === 1 ? 'uses' : 'use'} one`
        : `${count(good)} of ${counted(of, 'person', 'people')} ${good === 1 ? 'uses' : 'use'} one`;
    case 'people':
      return `${counted(of, 'person', 'people')} may sign in`;
  }
}

/** What is left for the client to do about a duty; null: nothing. */
export function leftForYou(duty: Duty): string | null {
  if (duty.duty === 'second-factor' && duty.state === 'warn') {
    return `Ask ${
      listed(
        duty.measured.names.filter((name) => name !== ''),
        4,
      ) || 'them'
    } to set one up under “Your account”`;
  }
  if (duty.duty === 'people' && duty.state === 'unknown') return 'Name somebody who may sign in for you';
  return null;
}

export function title({ sites, duties }: Dashboard): string {
  const todo = duties.filter((duty) => leftForYou(duty) !== null).length;
  const yours =
    todo === 0
      ? 'Nothing is yours to do.'
      : `${numberWord(todo)} ${todo === 1 ? 'thing is' : 'things are'} yours to do.`;
  if (sites.length === 0) return `No site is filed under your name yet. ${yours}`;
  const served = sites.filter(({ state }) => state === 'served').length;
  if (served === sites.length) {
    return `${sites.length === 1 ? 'Your site is' : `Your ${numberWord(sites.length).toLowerCase()} sites are`} served. ${yours}`;
  }
  if (sites.length === 1) return `Your site is not known to be served. ${yours}`;
  return `${count(served)} of your ${count(sites.length)} sites ${served === 1 ? 'is' : 'are'} known to be served. ${yours}`;
}

/** What the platform has to repair, in a sentence; null: nothing. */
export function ours({ duties }: Dashboard): string | null {
  const bad = duties.filter(({ who, state }) => who === 'platform' && (state === 'warn' || state === 'critical'));
  if (bad.length === 0) return null;
  return `Ours to mend: ${listed(
    bad.map((duty) => dutyWords(duty)).map((words) => words.charAt(0).toLowerCase() + words.slice(1)),
    3,
  )}.`;
}
