import { finalTaskStates, taskState } from '@muster/contracts/operations';
import { describe, expect, it } from 'vitest';
import { isFinal, mayFollow, stateAfter, taskEventTypes } from './task.aggregate.ts';

describe('a task', () => {
  it('never leaves a final state', () => {
    for (const state of finalTaskStates) {
      for (const { type } of taskEventTypes) expect(mayFollow(state, type)).toBe(false);
    }
  });

  it('can reach a final state from every open one', () => {
    const open = taskState.options.filter((state) => !isFinal(state) && state !== 'waiting');
    for (const state of open) {
      const ends = taskEventTypes.filter(({ type }) => {
        const after = stateAfter[type];
        return after !== null && isFinal(after) && mayFollow(state, type);
      });
      expect(ends.length).toBeGreaterThan(0);
    }
  });

  it('takes a receipt that overtakes its acceptance, and not the acceptance after it', () => {
    expect(mayFollow('released', 'operations.TaskSucceeded')).toBe(true);
    expect(mayFollow('succeeded', 'operations.TaskAccepted')).toBe(false);
  });
});
