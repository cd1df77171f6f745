// The matrix once more with the bus's checks switched off: row-level security alone must keep what is not theirs out of
// every answer. What somebody holds does not matter then; where they hold it does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actions, Matrix, traceOf } from './testing/matrix.ts';
import { ENDS_THINGS } from './testing/matrix-rows.ts';
import { withoutBus } from './testing/without-bus.ts';

let matrix: Matrix;

beforeAll(async () => {
  matrix = await Matrix.start(['auditor']);
  withoutBus(matrix.muster);
}, 120_000);
afterAll(() => matrix.muster.stop());

const asked = actions.filter(({ name, permission }) => permission.on !== 'self' && !ENDS_THINGS.has(name));
test.each(asked.map(({ name }) => name))('%s shows nothing of another scope', async (name) => {
  const { mine, theirs, cast } = matrix;
  const parts = cast.filter(({ scope }) => scope !== 'fleet');
  expect(parts.length).toBeGreaterThan(2);
  await Promise.all(
    parts.flatMap(({ scope, ...as }) => {
      const person = name.startsWith('audit.') ? as.quiet : as.person;
      return [mine, theirs].map(async (things) => {
        const answer = await matrix.send(name, things, person);
        const echoed = answer.text.replaceAll(JSON.stringify(things.serverId), '');
        const found = traceOf(theirs, things === theirs ? echoed : answer.text);
        expect(found, `on ${scope}: ${answer.text.slice(0, 300)}`).toEqual([]);
      });
    }),
  );
});
