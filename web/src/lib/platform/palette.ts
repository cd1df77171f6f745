// What the palette offers for what was typed, in this order: do, go, ask. It opens a preview or a page; it never acts.
import { parseIpRange } from '@muster/kernel/ip-range';

export interface PaletteEntry {
  readonly id: string;
  readonly section: 'Do' | 'Go to' | 'Ask';
  readonly label: string;
  /** Set in mono inside the label: what stands after it. */
  readonly mono?: string;
  readonly hint: string;
  readonly go: { readonly kind: 'page'; readonly href: string } | { readonly kind: 'block'; readonly range: string };
}

export interface PaletteKnowledge {
  readonly servers: readonly { readonly id: string; readonly name: string; readonly note: string }[];
  readonly groups: readonly { readonly id: string; readonly name: string }[];
  readonly mayBlock: boolean;
}

const PAGES: readonly { label: string; href: string; hint: string }[] = [
  { label: 'Fleet', href: '/', hint: 'g f' },
  { label: 'Bans', href: '/bans', hint: 'g b' },
  { label: 'Blocks in force', href: '/bans?tab=force', hint: 'Bans' },
  { label: 'Never blocked', href: '/bans?tab=never', hint: 'Bans' },
  { label: 'Jails', href: '/bans?tab=jails', hint: 'Bans' },
  { label: 'Posture', href: '/posture', hint: 'g p' },
  { label: 'Findings', href: '/posture?tab=findings', hint: 'Posture' },
  { label: 'Accepted risks', href: '/posture?tab=waivers', hint: 'Posture' },
  { label: 'Checks and the score', href: '/posture?tab=catalogue', hint: 'Posture' },
  { label: 'Comprehensive security review', href: '/posture/views/review', hint: 'Posture' },
  { label: 'Operations', href: '/operations', hint: 'g o' },
  { label: 'Audit', href: '/audit', hint: 'g a' },
  { label: 'Reviews', href: '/reviews', hint: 'g w' },
  { label: 'Servers', href: '/servers', hint: 'g s' },
  { label: 'Groups and tags', href: '/groups', hint: 'g r' },
  { label: 'Releases', href: '/releases', hint: 'g l' },
  { label: 'Clients', href: '/clients', hint: 'g c' },
  { label: 'Sites', href: '/sites', hint: 'Clients' },
  { label: 'People', href: '/people', hint: 'g e' },
  { label: 'Grants', href: '/grants', hint: 'g t' },
  { label: 'API tokens', href: '/tokens', hint: 'g k' },
  { label: 'Networks and stop-all', href: '/networks', hint: 'g n' },
  { label: 'Your account', href: '/account', hint: 'password, passkeys, sessions' },
  { label: 'Enrol a server', href: '/servers/enrol', hint: 'Servers' },
];

const QUESTIONS: readonly { label: string; href: string }[] = [
  { label: 'Who was refused, and why', href: '/audit?class=refusal' },
  { label: 'What people did', href: '/audit?actorKind=person' },
  { label: 'Servers that do not answer', href: '/servers?presence=silent' },
  { label: 'Who can do what', href: '/grants/who' },
  { label: 'All SSH keys, and when each was last used', href: '/posture/views/keys?show=all' },
  { label: 'Open ports nobody answers for', href: '/posture/views/ports' },
  { label: 'Certificates, and when they end', href: '/posture/views/certificates?show=all' },
  { label: 'Operations that are not finished', href: '/operations?state=open' },
  { label: 'Everything blocked right now', href: '/bans?tab=force' },
];

/** Words people put before an address. */
const VERBS = /^(block|ban|where is|where|why is|unblock|who is)\s+/i;
const AFTER = /\s+(banned|blocked)\??$/i;

export function paletteEntries(typed: string, known: PaletteKnowledge): PaletteEntry[] {
  const text = typed.trim();
  const lower = text.toLowerCase();
  const entries: PaletteEntry[] = [];
  const bare = text.replace(VERBS, '').replace(AFTER, '').trim();
  const parsed = bare === '' ? null : parseIpRange(bare);
  if (parsed?.ok === true) {
    const range = parsed.range.text;
    if (known.mayBlock)
      entries.push({
        id: 'block',
        section: 'Do',
        label: 'Block',
        mono: range,
        hint: 'opens the preview',
        go: { kind: 'block', range },
      });
    entries.push(
      {
        id: 'explain',
        section: 'Go to',
        label: 'Where and why is it banned:',
        mono: range,
        hint: 'Bans',
        go: { kind: 'page', href: `/bans?address=${encodeURIComponent(range)}` },
      },
      {
        id: 'log',
        section: 'Go to',
        label: 'Ban log of',
        mono: range,
        hint: 'Bans',
        go: { kind: 'page', href: `/bans?q=${encodeURIComponent(range)}` },
      },
    );
  } else if ((lower === '' || 'block an address'.includes(lower)) && known.mayBlock) {
    entries.push({
      id: 'block-empty',
      section: 'Do',
      label: 'Block an address or range…',
      hint: 'b',
      go: { kind: 'block', range: '' },
    });
  }
  for (const server of known.servers)
    if (lower !== '' && server.name.toLowerCase().includes(lower))
      entries.push({
        id: server.id,
        section: 'Go to',
        label: server.name,
        hint: server.note,
        go: { kind: 'page', href: `/servers/${server.id}` },
      });
  for (const group of known.groups)
    if (lower !== '' && group.name.toLowerCase().includes(lower))
      entries.push({
        id: group.id,
        section: 'Go to',
        label: group.name,
        hint: 'group',
        go: { kind: 'page', href: `/?group=${group.id}` },
      });
  for (const page of PAGES)
    if (page.label.toLowerCase().includes(lower))
      entries.push({
        id: page.href,
        section: 'Go to',
        label: page.label,
        hint: page.hint,
        go: { kind: 'page', href: page.href },
      });
  for (const question of QUESTIONS)
    if (question.label.toLowerCase().includes(lower))
      entries.push({
        id: `ask ${question.href}`,
        section: 'Ask',
        label: question.label,
        hint: 'saved view',
        go: { kind: 'page', href: question.href },
      });
  return entries;
}
