// The grammar of nginx's configuration: directives and blocks, and nothing of what they mean.

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[] | null;
}

/** Words, quoted words, `;`, `{` and `}`; comments are gone. A quoted word is never one of the signs. */
const TOKEN =
  /#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([;{}])|((?:\\.|\$\{[^}]*\}|[^\s;{}"'#])(?:\\.|\$\{[^}]*\}|[^\s;{}])*)/g;

export function parseNginx(text: string): Directive[] {
  const root: Directive[] = [];
  const open: Directive[][] = [root];
  let words: string[] = [];
  for (const [token, double, single, sign, bare] of text.matchAll(TOKEN)) {
    if (token.startsWith('#') && bare === undefined && double === undefined && single === undefined) continue;
    if (sign === undefined) {
      words.push(double ?? single ?? bare ?? '');
      continue;
    }
    const [name = '', ...args] = words;
    words = [];
    if (sign === '}') {
      if (open.length > 1) open.pop();
    } else if (sign === ';') {
      if (name !== '') open.at(-1)?.push({ name, args, block: null });
    } else {
      const block: Directive[] = [];
      open.at(-1)?.push({ name, args, block });
      open.push(block);
    }
  }
  return root;
}
