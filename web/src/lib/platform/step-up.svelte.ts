// "Prove that it is you": asked by the control plane before a dangerous action, answered in a dialog, and then the action
// goes through as it was sent. Several that ask at once wait for one answer.
import { whenProofIsAsked } from './api.ts';

class StepUp {
  /** The dialog is open. */
  asked = $state(false);
  #waiting: ((proven: boolean) => void)[] = [];

  constructor() {
    whenProofIsAsked(() => this.#ask());
  }

  answered(proven: boolean): void {
    this.asked = false;
    for (const resolve of this.#waiting.splice(0)) resolve(proven);
  }

  #ask(): Promise<boolean> {
    this.asked = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export const stepUp = new StepUp();
