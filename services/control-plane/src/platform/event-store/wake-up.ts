// A wait that ends at a deadline or at once when somebody knocks. A knock while nobody waits is remembered.
export class WakeUp {
  #knocked = false;
  #resolve: (() => void) | undefined;

  knock(): void {
    this.#knocked = true;
    this.#resolve?.();
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.#knocked) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resolve = undefined;
    this.#knocked = false;
  }
}
