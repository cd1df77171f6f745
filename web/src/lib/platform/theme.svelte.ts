// Light, dark, or what the system says. The choice belongs to this device; boot.js applies it before the first paint.
import { SvelteSet } from 'svelte/reactivity';

export type Theme = 'light' | 'dark';
const STORED_AS = 'muster-theme';

class ThemeChoice {
  #system = matchMedia('(prefers-color-scheme: dark)');
  #systemDark = $state(this.#system.matches);
  #chosen = $state<Theme | null>(readStored());
  readonly #listeners = new SvelteSet<() => void>();

  constructor() {
    this.#system.addEventListener('change', (event) => {
      this.#systemDark = event.matches;
      this.#tell();
    });
  }

  get current(): Theme {
    return this.#chosen ?? (this.#systemDark ? 'dark' : 'light');
  }

  get other(): Theme {
    return this.current === 'dark' ? 'light' : 'dark';
  }

  toggle(): void {
    this.#chosen = this.other;
    document.documentElement.dataset['theme'] = this.#chosen;
    try {
      localStorage.setItem(STORED_AS, this.#chosen);
    } catch {
      // Private windows may refuse storage; the choice then lasts as long as the page.
    }
    this.#tell();
  }

  /** For what is drawn rather than styled (plots read tokens at draw time). Returns the way to stop listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function readStored(): Theme | null {
  const value = document.documentElement.dataset['theme'];
  return value === 'light' || value === 'dark' ? value : null;
}

export const theme = new ThemeChoice();
