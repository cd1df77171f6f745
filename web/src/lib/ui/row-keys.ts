// `j` and `k` walk the rows of a table, Enter opens: each row that can be opened has one link or button with
// `data-row`. The focus itself moves, so that a screen reader goes along.
import type { Attachment } from 'svelte/attachments';
import { shortcuts } from '../platform/keys.ts';

export function rowKeys(what: string): Attachment<HTMLElement> {
  return (element) => {
    function step(by: 1 | -1): void {
      const rows = [...element.querySelectorAll<HTMLElement>('[data-row]')];
      const at = rows.findIndex(
        (row) => row === document.activeElement || row.closest('tr')?.contains(document.activeElement),
      );
      const next = at < 0 ? (by === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
      rows[next]?.focus();
      rows[next]?.scrollIntoView({ block: 'nearest' });
    }
    return shortcuts([
      { keys: 'j', does: `Next ${what}`, run: () => step(1) },
      { keys: 'k', does: `Previous ${what}`, run: () => step(-1) },
    ]);
  };
}
