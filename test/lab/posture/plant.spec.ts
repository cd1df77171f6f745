// What `npm run lab -- plant` and `remove` run, in which order, and what they say of it. The lines themselves run in the lab.
import { expect, it } from 'vitest';
import { change } from './plant.ts';
import { WEAKNESSES } from './weaknesses.ts';

async function changed(how: 'plant' | 'remove', what: string, fails: (line: string) => boolean = () => false) {
  const ran: string[] = [];
  const said: string[] = [];
  const trySh = (line: string) => {
    ran.push(line);
    return Promise.resolve(
      fails(line) ? { code: 1, stdout: '', stderr: 'nginx: not found\n' } : { code: 0, stdout: '', stderr: '' },
    );
  };
  const error = await change({ name: 'lab-web', trySh }, how, what, (sentence) => said.push(sentence)).then(
    () => null,
    (reason: unknown) => String(reason),
  );
  return { ran, said, error };
}

it('plants all in their order, and takes all away in the other', async () => {
  expect((await changed('plant', 'all')).ran).toEqual(WEAKNESSES.map(({ plant }) => plant));
  expect((await changed('remove', 'all')).ran).toEqual(WEAKNESSES.map(({ remove }) => remove).toReversed());
});

it('plants what one check finds, and says what its finding will show', async () => {
  const own = WEAKNESSES.filter(({ check }) => check === 'ACC-001');
  const { ran, said } = await changed('plant', 'ACC-001');
  expect(ran).toEqual(own.map(({ plant }) => plant));
  expect(said).toEqual(['ACC-001 is planted; its finding shows account toor']);
});

it('goes on where something cannot be planted, and fails where nothing could', async () => {
  const some = await changed('plant', 'all', (line) => line.includes('nginx'));
  expect(some.ran).toHaveLength(WEAKNESSES.length);
  expect(some.error).toBeNull();
  expect(some.said).toContain('WAF-002 could not be planted on lab-web: nginx: not found');
  expect((await changed('plant', 'all', () => true)).error).toBe('Error: Nothing could be planted on lab-web.');
});

it('names what there is when asked for a check that has no weakness', async () => {
  const { ran, error } = await changed('plant', 'AGT-005');
  expect(ran).toEqual([]);
  expect(error).toMatch(/^Error: There is no weakness for "AGT-005"\. Name "all" or one of: ACC-001, /);
});
