// Lines for a person to copy into a root shell (sh, bash, dash, zsh). What a host said is data in them: it is quoted, and where
// that is not safe there is no line at all.

export type Value = string | number | boolean | undefined;

/** A line to copy; null where one of its values must not stand in a shell. */
export type Line = string | null;

/** Needs no quotes, whatever the shell. A word that begins with a hyphen would be an option, one with a tilde a folder. */
const PLAIN = /^[\w./:@][\w./:@%+,=-]*$/;
/** Controls, marks that turn the direction of text, characters of no meaning, and U+FFFD, which stands for one of them. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\ufffd]/u;
const MOST = 500;

/** One word of a shell; null for what is empty, too long, would be an option, or holds a character that does not show. */
export function quoted(value: Value): Line {
  if (value === undefined) return null;
  const text = String(value);
  if (text === '' || text.startsWith('-') || text.length > MOST || UNSAFE.test(text)) return null;
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A line with its values quoted. They may stand inside of a word, and inside of `"$(…)"`, but not between quotes. */
export function sh(parts: TemplateStringsArray, ...values: readonly Value[]): Line {
  const words = values.map(quoted);
  return words.includes(null) ? null : parts.reduce((line, part, index) => line + (words[index - 1] ?? '') + part);
}

/** For a place that is more than a word of a shell (SQL, a setting, an expression of sed): '' unless it is of that form. */
export function only(value: Value, form: RegExp): string {
  const text = value === undefined ? '' : String(value);
  return form.test(text) ? text : '';
}

/** One after the other, as long as each succeeds. */
export function inTurn(...lines: readonly Line[]): Line {
  return lines.includes(null) || lines.length === 0 ? null : lines.join(' && ');
}

export const NAME = /^[a-z0-9][\w.@-]*$/i;
export const NUMBER = /^\d{1,9}$/;
export const VERSION = /^\d+(?:\.\d+){0,3}$/;
export const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;
export const MODE = /^[0-7]{3,4}$/;
