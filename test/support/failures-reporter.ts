// For a log that somebody reads later: says now and then how far the run is, and prints in full only what failed.
import {
  DefaultReporter,
  type TestCase,
  type TestModule,
  type TestModuleState,
  type TestRunEndReason,
} from 'vitest/node';
import type { SerializedError } from 'vitest';

const SAY_EVERY_MS = 20_000;

export default class FailuresReporter extends DefaultReporter {
  #files = 0;
  #passed = 0;
  #failed = 0;
  #said = Date.now();

  constructor() {
    super({ summary: false });
  }

  override onTestModuleEnd(module: TestModule): void {
    super.onTestModuleEnd(module);
    this.#files++;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') this.#passed++;
      if (state === 'failed') this.#failed++;
    }
    if (Date.now() - this.#said < SAY_EVERY_MS) return;
    this.#said = Date.now();
    this.log(`… ${this.#files} files, ${this.#passed} passed, ${this.#failed} failed`);
  }

  protected override printTestModule(module: TestModule): void {
    if (!module.ok()) super.printTestModule(module);
  }

  protected override printTestCase(moduleState: TestModuleState, test: TestCase): void {
    if (test.result().state === 'failed') super.printTestCase(moduleState, test);
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, errors, reason);
    this.log(`${this.#files} files, ${this.#passed} passed, ${this.#failed} failed`);
  }
}
