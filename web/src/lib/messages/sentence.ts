// What a sentence of the catalogue is made of. Words come from here, never from the control plane; what a host or a
// person wrote is quoted as text.
import type { AuditEntry } from '@muster/contracts/audit';
import type { GlyphName } from '../ui/glyphs/shapes.ts';

export type Part = string | { readonly mono: string } | { readonly bold: string };

export interface Sentence {
  /** After the subject: "blocked 203.0.113.77 on the fleet for 24 h". */
  readonly words: readonly Part[];
  /** What supports it, in grey: "“root guessing on ten servers”". */
  readonly aside?: string;
  /** Who, when it is not the actor of the entry. */
  readonly subject?: string;
  readonly glyph?: { readonly name: GlyphName; readonly label: string };
}

export type SentenceWriter = (entry: AuditEntry) => Sentence;

/** A field as text; empty when it is missing or closed to the reader. */
export function field(entry: AuditEntry, name: string): string {
  const value = entry.data[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function figure(entry: AuditEntry, name: string): number {
  const value = entry.data[name];
  return typeof value === 'number' ? value : 0;
}

/** The name behind an id in a field: a server, a group, a person. */
export function nameOf(entry: AuditEntry, fieldName: string, fallback: string): string {
  const id = field(entry, fieldName);
  return entry.names[id] ?? fallback;
}

export function quoted(text: string): string | undefined {
  return text === '' ? undefined : `“${text}”`;
}

/** A rule that acted by itself. Its name may begin with what it is, which is said already. */
export function policyName(name: string): string {
  return `Policy “${name.replace(/^policy\//, '')}”`;
}

/** The sentence as plain text, for labels and search. */
export function plain(sentence: Sentence): string {
  const words = sentence.words.map((part) =>
    typeof part === 'string' ? part : 'mono' in part ? part.mono : part.bold,
  );
  return words.join('');
}
