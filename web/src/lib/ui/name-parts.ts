// A sentence in pieces, so that names in it can be kept whole.

export interface NamePart {
  readonly text: string;
  readonly isName: boolean;
}

/**
 * The names that occur in the text, each with the punctuation behind it, and what stands between them; where one begins another,
 * the longer one.
 */
export function nameParts(text: string, names: readonly string[]): readonly NamePart[] {
  const known = names.filter((name) => name !== '').sort((a, b) => b.length - a.length);
  if (known.length === 0) return [{ text, isName: false }];
  const literal = known.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return text
    .split(new RegExp(`((?:${literal.join('|')})[.,;:]*)`))
    .map((part, index) => ({ text: part, isName: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}
