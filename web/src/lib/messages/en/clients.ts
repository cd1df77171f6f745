import { counted } from '../../platform/quantities.ts';
import { field, figure, nameOf, type SentenceWriter } from '../sentence.ts';

type Entry = Parameters<SentenceWriter>[0];

const HOW: Readonly<Record<string, string>> = { hand: 'by hand', import: 'by an import', rule: 'by a rule' };
const client = (entry: Entry): string => nameOf(entry, 'clientId', 'a client');
const server = (entry: Entry): string => nameOf(entry, 'serverId', 'a server');

function length(entry: Entry, name: string): number {
  const list = entry.data[name];
  return Array.isArray(list) ? list.length : 0;
}

function limits(entry: Entry): string {
  const value = entry.data['limits'];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return typeof value['perDay'] === 'number' ? `${value['perDay']} a day` : '';
}

export const clientSentences: Record<string, SentenceWriter> = {
  'clients.ClientCreated': (entry) => ({ words: ['created the client ', { bold: field(entry, 'name') }] }),
  'clients.ClientChanged': (entry) => ({ words: ['called a client ', { bold: field(entry, 'name') }] }),
  'clients.ClientArchived': (entry) => ({ words: ['archived ', { bold: client(entry) }] }),
  'clients.UnblockLimitsSet': (entry) => ({
    words: ['set what the client’s people may unblock by themselves'],
    aside: limits(entry),
  }),
  'clients.UnblockAsked': (entry) => ({
    words: ['let ', { mono: field(entry, 'address') }, ` go from ${counted(length(entry, 'jails'), 'jail')}`],
    glyph: { name: 'undone', label: 'Unblocked' },
  }),
  'clients.PersonReferenced': () => ({ words: ['took a person of a client from an import'] }),
  'clients.ServerGiven': (entry) => ({ words: ['made ', { bold: server(entry) }, ' one client’s own server'] }),
  'clients.ServerTaken': (entry) => ({ words: ['ended that ', { bold: server(entry) }, ' is one client’s own'] }),
  'clients.SitesChanged': (entry) => ({
    subject: server(entry),
    words: [`serves ${counted(figure(entry, 'sites'), 'site')}`],
    aside: `${length(entry, 'added')} new, ${length(entry, 'changed')} changed, ${length(entry, 'removed')} gone`,
  }),
  'clients.SiteAdded': (entry) => ({ words: ['added the site ', { bold: field(entry, 'name') }] }),
  'clients.SiteGiven': (entry) => ({
    words: ['gave ', { bold: field(entry, 'name') }, ` to ${client(entry)}`],
    aside: HOW[field(entry, 'by')] ?? field(entry, 'by'),
  }),
  'clients.SiteTaken': (entry) => ({
    words: ['took ', { bold: field(entry, 'name') }, ` from ${client(entry)}`],
    aside: HOW[field(entry, 'by')] ?? field(entry, 'by'),
  }),
  'clients.SiteReferenced': () => ({ words: ['changed the external reference of a site'] }),
  'clients.SiteRemoved': () => ({ words: ['removed a site from the list'] }),
  'clients.RulesSet': (entry) => ({
    words: [`set ${counted(length(entry, 'rules'), 'rule')} that give sites to clients`],
  }),
};
