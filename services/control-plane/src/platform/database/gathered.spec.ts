import { describe, expect, it } from 'vitest';
import { Gathered } from './gathered.ts';

const doubled = (rounds: (readonly number[])[]) =>
  new Gathered<number, number>((questions) => {
    rounds.push(questions);
    return Promise.resolve((question) => question * 2);
  });

describe('gathered questions', () => {
  it('puts what came together in one round, and gives each its own answer', async () => {
    const rounds: (readonly number[])[] = [];
    const gathered = doubled(rounds);
    expect(await Promise.all([1, 2, 3].map((one) => gathered.ask(one)))).toEqual([2, 4, 6]);
    expect(rounds).toEqual([[1, 2, 3]]);
  });

  it('lets what comes during a round wait for the next one', async () => {
    const rounds: (readonly number[])[] = [];
    const began = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    const gathered = new Gathered<number, string>(async (questions) => {
      rounds.push(questions);
      began.resolve();
      await open.promise;
      return String;
    });
    const first = gathered.ask(1);
    await began.promise;
    const later = [gathered.ask(2), gathered.ask(3)];
    open.resolve();
    expect(await Promise.all([first, ...later])).toEqual(['1', '2', '3']);
    expect(rounds).toEqual([[1], [2, 3]]);
  });

  it('never takes two that write the same thing into one round, and keeps their order', async () => {
    const rounds: (readonly string[])[] = [];
    const gathered = new Gathered<string, void>(
      (questions) => {
        rounds.push(questions);
        return Promise.resolve(() => undefined);
      },
      (question) => question.charAt(0),
    );
    await Promise.all(['a1', 'b1', 'a2', 'c1', 'a3'].map((one) => gathered.ask(one)));
    expect(rounds).toEqual([['a1', 'b1', 'c1'], ['a2'], ['a3']]);
  });

  it('lets only the one suffer whose words the database does not take', async () => {
    const gathered = new Gathered<string, string>((questions) =>
      questions.includes('bad')
        ? Promise.reject(Object.assign(new Error('invalid text'), { code: '22P05' }))
        : Promise.resolve((question) => `${question}!`),
    );
    const answers = await Promise.allSettled(['a', 'bad', 'b'].map((one) => gathered.ask(one)));
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'refused'))).toEqual([
      'a!',
      'refused',
      'b!',
    ]);
  });

  it('fails all of a round when the database is away, and asks anew the next time', async () => {
    let away = true;
    let asked = 0;
    const gathered = new Gathered<number, number>(() => {
      asked += 1;
      return away ? Promise.reject(new Error('connection refused')) : Promise.resolve((question) => question);
    });
    const answers = await Promise.allSettled([gathered.ask(1), gathered.ask(2)]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toBe(1);
    away = false;
    expect(await gathered.ask(3)).toBe(3);
  });
});
