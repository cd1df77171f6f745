// Runbooks as whoever is on call finds them: their own commands, copied out of the page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../docs/runbooks');
const BLOCK = /^([ ]*)```sh\n([\s\S]*?)^[ ]*```$/gm;

/** The one block of commands that contains `words`; throws when the page has none or more of them. */
export function commandsOf(runbook: string, words: string): string {
  const page = readFileSync(join(FOLDER, `${runbook}.md`), 'utf8');
  const blocks = [...page.matchAll(BLOCK)].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const [block, another] = blocks.filter((text) => text.includes(words));
  if (block === undefined || another !== undefined)
    throw new Error(`docs/runbooks/${runbook}.md should have one block of commands with “${words}”.`);
  return block;
}
