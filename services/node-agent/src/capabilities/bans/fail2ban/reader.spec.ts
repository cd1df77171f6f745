// One Python at a time, and no answer that is older than its question.
import { expect, it } from 'vitest';
import { parseFail2ban, type Fail2banView } from './jails.ts';
import { Fail2banReader } from './reader.ts';

/** Readings that end when they are told to, numbered as they began. */
class Readings {
  begun = 0;
  readonly #open: { settle: () => void; fail: () => void }[] = [];
  readonly reader = new Fail2banReader(() => {
    this.begun += 1;
    const view = parseFail2ban(JSON.stringify({ version: String(this.begun), running: true }), new Date());
    return new Promise<Fail2banView>((resolve, reject) => {
      this.#open.push({ settle: () => resolve(view), fail: () => reject(new Error('no Python')) });
    });
  });

  get underWay(): number {
    return this.#open.length;
  }

  async end(how: 'settle' | 'fail' = 'settle'): Promise<void> {
    this.#open.shift()?.[how]();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const version = async (view: Promise<Fail2banView>): Promise<string | null> => (await view).facts.version;

it('begins the next reading when the one before has ended, once for all who asked meanwhile', async () => {
  const readings = new Readings();
  const asked = [readings.reader.fresh(), readings.reader.fresh(), readings.reader.fresh()];
  expect(readings.underWay).toBe(1);
  await readings.end();
  expect([readings.begun, readings.underWay]).toEqual([2, 1]);
  const late = readings.reader.fresh();
  await readings.end();
  expect(await Promise.all(asked.map(version))).toEqual(['1', '2', '2']);
  await readings.end();
  expect(await version(late)).toBe('3');
  expect([readings.begun, readings.underWay]).toEqual([3, 0]);
});

it('shares what is under way only with those who do not mind', async () => {
  const readings = new Readings();
  const first = readings.reader.fresh();
  const along = readings.reader.recent();
  expect(readings.begun).toBe(1);
  await readings.end();
  expect(await Promise.all([version(first), version(along)])).toEqual(['1', '1']);
  const alone = readings.reader.recent();
  await readings.end();
  expect(await version(alone)).toBe('2');
});

it('goes on after a reading that failed, and tells only those who waited for that one', async () => {
  const readings = new Readings();
  const first = expect(readings.reader.fresh()).rejects.toThrow('no Python');
  const second = readings.reader.fresh();
  await readings.end('fail');
  await first;
  await readings.end();
  expect(await version(second)).toBe('2');
});
