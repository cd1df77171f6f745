import { describe, expect, test } from 'vitest';
import { ReadAhead } from './read-ahead.ts';

interface Ten {
  from: number;
  upTo: number;
}

/** Reads ten at a time, up to an end; each reading lasts until it is let go. */
function reader(end = 100): { ahead: ReadAhead<Ten>; asked: number[]; letGo: (from: number, error?: Error) => void } {
  const asked: number[] = [];
  const pending = new Map<number, PromiseWithResolvers<Ten>>();
  const ahead = new ReadAhead<Ten>((from) => {
    if (from >= end) return null;
    asked.push(from);
    const reading = Promise.withResolvers<Ten>();
    pending.set(from, reading);
    return reading.promise;
  });
  const letGo = (from: number, error?: Error): void => {
    if (error === undefined) pending.get(from)?.resolve({ from, upTo: from + 9 });
    else pending.get(from)?.reject(error);
  };
  return { ahead, asked, letGo };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('reading ahead', () => {
  test('reads nothing by itself', async () => {
    const { ahead, asked } = reader();
    expect(await ahead.take(0)).toBeNull();
    expect(asked).toEqual([]);
  });

  test('reads two stretches, the second where the first ended, and one more for each that is taken', async () => {
    const { ahead, asked, letGo } = reader();
    ahead.fill(5);
    expect(asked).toEqual([5]);
    letGo(5);
    await turn();
    expect(asked).toEqual([5, 15]);
    expect(await ahead.take(5)).toEqual({ from: 5, upTo: 14 });
    ahead.fill(15);
    letGo(15);
    await turn();
    expect(asked).toEqual([5, 15, 25]);
    expect(await ahead.take(15)).toEqual({ from: 15, upTo: 24 });
  });

  test('ends where there is nothing to read ahead', async () => {
    const { ahead, asked, letGo } = reader(10);
    ahead.fill(0);
    letGo(0);
    expect(await ahead.take(0)).toEqual({ from: 0, upTo: 9 });
    ahead.fill(10);
    expect(await ahead.take(10)).toBeNull();
    expect(asked).toEqual([0]);
  });

  test('gives nothing for another position than it has read, and reads on from the new one', async () => {
    const { ahead, asked, letGo } = reader();
    ahead.fill(0);
    letGo(0);
    expect(await ahead.take(50)).toBeNull();
    expect(await ahead.take(0)).toBeNull();
    ahead.fill(50);
    letGo(50);
    expect(await ahead.take(50)).toEqual({ from: 50, upTo: 59 });
    expect(asked).toContain(50);
  });

  test('whoever takes it hears why it could not be read, and nobody else does', async () => {
    const { ahead, letGo } = reader();
    ahead.fill(0);
    letGo(0, new Error('the database is away'));
    await turn();
    await expect(ahead.take(0)).rejects.toThrow('the database is away');
  });

  test('forgets what it has read', async () => {
    const { ahead, letGo } = reader();
    ahead.fill(0);
    letGo(0);
    ahead.clear();
    expect(await ahead.take(0)).toBeNull();
  });
});
