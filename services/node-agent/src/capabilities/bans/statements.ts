// nft text for a change. One transaction per file: either all of it holds or none of it.
import type { Element, Layout } from './layout.ts';
import { RULE_COUNT, SET_NAMES, TABLE, TABLE_TEXT } from './ruleset.ts';
import type { SetName } from './ruleset.ts';

export interface Change {
  readonly add: readonly Element[];
  readonly remove: readonly string[];
}

const INTERVAL_SETS: readonly SetName[] = ['allow4', 'allow6', 'net4', 'net6'];

/** What the guard compares and what a restart loads: see deploy/agent/files/muster-guard and muster-restore. */
export function persistedState(layout: Layout, now: number): string {
  return `# written ${Math.floor(now / 1000)}\n# expects rules=${RULE_COUNT} sets=${SET_NAMES.length}\n${wholeTable(layout, now)}`;
}

/** Everything anew: table, chain, sets and their elements. */
export function wholeTable(layout: Layout, now: number): string {
  return TABLE_TEXT + SET_NAMES.map((name) => elements('add', name, layout[name], now)).join('');
}

/**
 * From what is held to what is wanted. A re-added element keeps its old timeout on older kernels and deleting an absent
 * one aborts the transaction, so every element is added, deleted, and added with its time.
 */
export function changeText(changes: Partial<Record<SetName, Change>>, layout: Layout, now: number): string {
  let text = '';
  for (const name of SET_NAMES) {
    const change = changes[name];
    if (change === undefined || (change.add.length === 0 && change.remove.length === 0)) continue;
    if (INTERVAL_SETS.includes(name)) {
      text += `flush set ${TABLE} ${name}\n${elements('add', name, layout[name], now)}`;
      continue;
    }
    const touched = [...change.add.map((element) => element.text), ...change.remove].map((one) => ({
      text: one,
      until: null,
    }));
    text +=
      elements('add', name, touched, now) +
      elements('delete', name, touched, now) +
      elements('add', name, change.add, now);
  }
  return text;
}

/**
 * One element per line; a timed one carries its end as a comment, so that a shell without Node can later compute what
 * remains of it (deploy/agent/files/muster-restore).
 */
function elements(verb: 'add' | 'delete', set: SetName, list: readonly Element[], now: number): string {
  if (list.length === 0) return '';
  const timed = !INTERVAL_SETS.includes(set);
  const lines = list.map(({ text, until }) => {
    if (until === null) return `  ${text},`;
    const timeout = timed ? ` timeout ${Math.max(1, Math.ceil((until - now) / 1000))}s` : '';
    return `  ${text}${timeout}, # until ${Math.ceil(until / 1000)}`;
  });
  return `${verb} element ${TABLE} ${set} {\n${lines.join('\n')}\n}\n`;
}
