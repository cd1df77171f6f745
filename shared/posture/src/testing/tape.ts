// A tape holds what real programs and files of one server answered, as text that can be read in a review. A recorder
// writes it beside a real host, a player gives the same answers to a probe in a spec.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileText, ProbedHost, Ran } from '../host.ts';
import type { Probe, UnreadablePart } from '../probe.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

const runKey = (tool: string, args: readonly string[], input?: string): string =>
  ['run', tool, ...args, ...(input === undefined ? [] : ['<', input])].join(' ').replaceAll('\n', '\\n');
const readKey = (path: string): string => `read ${path}`;
const recallKey = (name: string): string => `recall ${name}`;

/** Asks a real host and writes down every answer. */
export class Recorder implements ProbedHost {
  readonly #host: ProbedHost;
  readonly #parts: string[] = [];

  constructor(host: ProbedHost) {
    this.#host = host;
  }

  async run(...[tool, args, input]: Parameters<ProbedHost['run']>): Promise<Ran | undefined> {
    const ran = await this.#host.run(tool, args, input);
    const said =
      ran === undefined
        ? '--- not installed\n'
        : `${ended(ran.stdout)}--- stderr\n${ended(ran.stderr)}--- exit ${ran.code}\n`;
    this.#parts.push(`=== ${runKey(tool, args, input)}\n${said}`);
    return ran;
  }

  async read(path: string): Promise<FileText> {
    const file = await this.#host.read(path);
    const said =
      file.state === 'read'
        ? `${ended(file.text)}--- end\n`
        : `--- ${file.state}${file.state === 'unreadable' ? ` ${file.why}` : ''}\n`;
    this.#parts.push(`=== ${readKey(path)}\n${said}`);
    return file;
  }

  async recall(name: string): Promise<string | null> {
    const kept = await this.#host.recall(name);
    this.#parts.push(`=== ${recallKey(name)}\n${kept === null ? '--- never kept\n' : `${ended(kept)}--- end\n`}`);
    return kept;
  }

  keep(name: string, text: string): Promise<void> {
    return this.#host.keep(name, text);
  }

  get text(): string {
    return this.#parts.join('');
  }
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Answers what was recorded; a question that was not is a fault of the spec. */
export class Player implements ProbedHost {
  readonly #answers = new Map<string, string>();

  constructor(text: string) {
    for (const part of text.split(/^=== /m).slice(1)) {
      const line = part.indexOf('\n');
      this.#answers.set(part.slice(0, line), part.slice(line + 1));
    }
  }

  run(...question: Parameters<ProbedHost['run']>): Promise<Ran | undefined> {
    const answer = this.#answer(runKey(...question));
    if (answer === '--- not installed\n') return Promise.resolve(undefined);
    const [, stdout = '', stderr = '', code] = /^([\s\S]*?)--- stderr\n([\s\S]*?)--- exit (\d+)\n$/.exec(answer) ?? [];
    return Promise.resolve({ stdout, stderr, code: Number(code) });
  }

  read(path: string): Promise<FileText> {
    const answer = this.#answer(readKey(path));
    if (answer === '--- absent\n') return Promise.resolve({ state: 'absent' });
    const [, why] = /^--- unreadable (.*)\n$/.exec(answer) ?? [];
    if (why !== undefined) return Promise.resolve({ state: 'unreadable', why });
    return Promise.resolve({ state: 'read', text: answer.replace(/--- end\n$/, '') });
  }

  recall(name: string): Promise<string | null> {
    const answer = this.#answer(recallKey(name));
    return Promise.resolve(answer === '--- never kept\n' ? null : answer.replace(/--- end\n$/, ''));
  }

  keep(): Promise<void> {
    return Promise.resolve();
  }

  #answer(key: string): string {
    const answer = this.#answers.get(key);
    if (answer === undefined) throw new Error(`the tape has no answer to: ${key}`);
    return answer;
  }
}

/** A probe's reading of a recorded server, as the agent would report it. */
export async function played<Name extends string, Schema extends Probe['reading']>(
  server: string,
  probe: Probe<Name, Schema>,
): Promise<{ reading: ReturnType<Schema['parse']>; unreadable: UnreadablePart[] }> {
  const unreadable: UnreadablePart[] = [];
  const tape = readFileSync(join(FIXTURES, server, `${probe.name}.txt`), 'utf8');
  const gathered = await probe.gather(new Player(tape), unreadable);
  return { reading: probe.reading.parse(gathered) as ReturnType<Schema['parse']>, unreadable };
}
