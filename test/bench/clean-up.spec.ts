import { describe, expect, it } from 'vitest';
import { CleanUp } from './clean-up.ts';

function noted() {
  const ended: string[] = [];
  const failures: unknown[] = [];
  const cleanUp = new CleanUp((error) => failures.push(error));
  const end = (what: string) => (): Promise<void> => {
    ended.push(what);
    return Promise.resolve();
  };
  return { ended, failures, cleanUp, end };
}

describe('the end of a benchmark', () => {
  it('ends what was started last first, also when one step fails', async () => {
    const { ended, failures, cleanUp, end } = noted();
    cleanUp.add(end('folder'));
    cleanUp.add(() => Promise.reject(new Error('gone already')));
    cleanUp.add(end('process'));
    await cleanUp.run();
    expect(ended).toEqual(['process', 'folder']);
    expect(failures).toHaveLength(1);
  });

  it('waits for what is still starting, and ends it then', async () => {
    const { ended, cleanUp, end } = noted();
    cleanUp.add(end('folder'));
    const starting = Promise.withResolvers<string>();
    const kept = cleanUp.keep(starting.promise, (server) => end(server)());
    const stopped = cleanUp.stop();
    await Promise.resolve();
    expect(ended).toEqual([]);
    starting.resolve('server');
    await Promise.all([stopped, kept]);
    expect(ended).toEqual(['server', 'folder']);
  });

  it('tells what is still starting that nobody waits for it any more', async () => {
    const { ended, cleanUp, end } = noted();
    cleanUp.add(end('folder'));
    const starting = new Promise<string>((_, reject) => {
      cleanUp.stopped.addEventListener('abort', () => reject(new Error('given up')));
    });
    const kept = cleanUp.keep(starting, (server) => end(server)());
    await Promise.all([cleanUp.stop(), expect(kept).rejects.toThrow('given up')]);
    expect(ended).toEqual(['folder']);
  });

  it('has nothing to end of what could not be started', async () => {
    const { ended, cleanUp, end } = noted();
    const failed = cleanUp.keep(Promise.reject<string>(new Error('no room')), (server) => end(server)());
    await expect(failed).rejects.toThrow('no room');
    await cleanUp.stop();
    expect(ended).toEqual([]);
  });

  it('ends at once what is started after the stop, and lets its starter go no further', async () => {
    const { ended, cleanUp, end } = noted();
    await cleanUp.stop();
    expect(() => cleanUp.add(end('late'))).toThrow('stopped');
    await cleanUp.run();
    expect(ended).toEqual(['late']);
  });
});
