// Keyboard shortcuts. Single letters are off while somebody types and can be switched off altogether (WCAG 2.1.4).
// A sequence ("g f") waits a second for its second key.

export interface Shortcut {
  /** "b", "g f", "?", ".", "Ctrl+K". */
  readonly keys: string;
  readonly does: string;
  readonly run: (event: KeyboardEvent) => void;
}

const SEQUENCE_MS = 1000;
const STORED_AS = 'muster-single-keys';

const registered: Shortcut[] = [];
let pendingFirst: { key: string; at: number } | null = null;

export function singleKeysAllowed(): boolean {
  try {
    return localStorage.getItem(STORED_AS) !== 'off';
  } catch {
    return true;
  }
}

export function allowSingleKeys(allowed: boolean): void {
  try {
    localStorage.setItem(STORED_AS, allowed ? 'on' : 'off');
  } catch {
    // Without storage the default holds: on.
  }
}

/** Registers shortcuts for as long as a page or part is there; later ones win. Returns the way to take them back. */
export function shortcuts(list: readonly Shortcut[]): () => void {
  registered.push(...list);
  return () => {
    for (const shortcut of list) {
      const at = registered.indexOf(shortcut);
      if (at >= 0) registered.splice(at, 1);
    }
  };
}

export function knownShortcuts(): readonly Shortcut[] {
  return registered;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type))
  );
}

function find(keys: string): Shortcut | undefined {
  return registered.findLast((shortcut) => shortcut.keys === keys);
}

/** The application's one keydown handler. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    const chord = find(`Ctrl+${event.key.toUpperCase()}`);
    if (chord !== undefined) {
      event.preventDefault();
      chord.run(event);
    }
    return;
  }
  if (event.altKey || isTyping(event.target) || !singleKeysAllowed()) return;
  // What lies over the page has the keys, and Escape closes that alone.
  if (document.querySelector('[data-state="open"]:is([role="dialog"], [role="menu"])') !== null) return;
  const now = Date.now();
  const first = pendingFirst !== null && now - pendingFirst.at < SEQUENCE_MS ? pendingFirst.key : null;
  pendingFirst = null;
  const shortcut = (first === null ? undefined : find(`${first} ${event.key}`)) ?? find(event.key);
  if (shortcut !== undefined) {
    event.preventDefault();
    shortcut.run(event);
    return;
  }
  if (registered.some((known) => known.keys.startsWith(`${event.key} `))) pendingFirst = { key: event.key, at: now };
}
