// The control plane's time in the reader's zone. A browser's clock may be minutes off; ages and countdowns must not be.
// One tick a second for the whole application; `slow` ticks every ten for tables of ages.

class Clock {
  /** Control plane minus browser, milliseconds. */
  #offset = 0;
  #now = $state(Date.now());
  #slow = $state(Date.now());
  #zone = $state(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
  #ticks = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** Starts ticking; call from the root layout. */
  start(): () => void {
    this.#timer ??= setInterval(() => this.#tick(), 1000);
    this.#tick();
    return () => {
      if (this.#timer !== null) clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  #tick(): void {
    this.#now = Date.now() + this.#offset;
    this.#ticks += 1;
    if (this.#ticks % 10 === 1) this.#slow = this.#now;
  }

  /** Takes the control plane's time from an answer that took `roundTripMs`. */
  agree(serverTime: Date, roundTripMs = 0): void {
    this.#offset = serverTime.getTime() + roundTripMs / 2 - Date.now();
    this.#now = Date.now() + this.#offset;
    this.#slow = this.#now;
  }

  get now(): Date {
    return new Date(this.#now);
  }
  get slow(): Date {
    return new Date(this.#slow);
  }
  /** Without reactivity: for handlers and measurements. */
  read(): number {
    return Date.now() + this.#offset;
  }
  get zone(): string {
    return this.#zone;
  }
  set zone(zone: string) {
    try {
      new Intl.DateTimeFormat('en-GB', { timeZone: zone });
      this.#zone = zone;
    } catch {
      // A zone this browser does not know: its own is still a named zone.
    }
  }
}

export const clock = new Clock();
