// Guides and runbooks as whoever is on call finds them: their own commands, copied out of the page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../docs');
const BLOCK = /^([ ]*)```sh\n([\s\S]*?)^[ ]*```$/gm;

/** The one block of commands of a page (`runbooks/disk-full`) that contains `words`; throws when it has none or more of them. */
export function commandsOf(page: string, words: string): string {
  const text = readFileSync(join(FOLDER, `${page}.md`), 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(([, indent = '', commands = '']) =>
    commands.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const [block, another] = blocks.filter((commands) => commands.includes(words));
  if (block === undefined || another !== undefined)
    throw new Error(`docs/${page}.md should have one block of commands with “${words}”.`);
  return block;
}
