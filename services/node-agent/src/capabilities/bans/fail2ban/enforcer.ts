// Our part in fail2ban's configuration: an action that tells us of bans, and the never-blocked list in every jail. Our own
// files only (action.d/muster.conf, jail.d/muster.local). Tested with `fail2ban-client -t` on a copy before anything is
// touched, because one bad jail stops the whole service. A reload keeps bans.
import { existsSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { ipRange, rangeContains } from '@muster/kernel/ip-range';
import type { ChangedFiles, Undone } from '../../../host/changes.ts';
import type { Exec, ExecResult } from '../../../host/exec.ts';
import type { Tools } from '../../../host/tools.ts';
import { sameBut } from './in-force.ts';
import type { Configuration, InForce } from './in-force.ts';
import type { Fail2banView } from './jails.ts';

export interface EnforcerDependencies {
  readonly exec: Exec;
  readonly tools: Tools;
  readonly files: ChangedFiles;
  /** /etc/fail2ban */
  readonly folder: string;
  /** A folder of root's own, for trying a configuration. */
  readonly scratchFolder: string;
  /** Program that fail2ban calls with an event. */
  readonly eventProgram: string;
  /** As fail2ban is now. */
  readonly view: () => Promise<Fail2banView>;
  /** The same, or what is being read for somebody else at the moment. */
  readonly recentView: () => Promise<Fail2banView>;
  /** What an earlier process of ours brought into force. */
  readonly remembered: InForce;
}

const ACTION = 'action.d/muster.conf';
const JAILS = 'jail.d/muster.local';

export interface Synced {
  /** null: fail2ban is not here, so there is nothing to keep in step. */
  readonly ok: boolean | null;
  readonly note: string | null;
}

export class Fail2banEnforcer {
  readonly #with: EnforcerDependencies;
  /** What we know to be in force; undefined until this process, or what is remembered of an earlier one, has seen to it. */
  #inForce: string | undefined;

  constructor(dependencies: EnforcerDependencies) {
    this.#with = dependencies;
  }

  /** Brings action and never-blocked list of every running jail to what is wanted. Writes nothing when it is so already. */
  async sync(protections: ReadonlySet<string>): Promise<Synced> {
    const client = this.#with.tools('fail2ban-client');
    if (client === undefined || !existsSync(`${this.#with.folder}/action.d`))
      return { ok: null, note: 'fail2ban is not installed' };
    const view = await this.#with.recentView();
    if (view.facts.running !== true) return { ok: false, note: view.facts.why ?? 'fail2ban is not running' };
    const jails = view.facts.jails.filter((jail) => /^[A-Za-z0-9_.-]+$/.test(jail.jail));

    this.#inForce ??= await this.#with.remembered.recall();
    const wanted = JSON.stringify([jails.map((jail) => jail.jail), [...protections].sort()]);
    const missing = jails.some(
      (jail) => !view.reporting.has(jail.jail) || [...protections].some((range) => !jail.ignored.includes(range)),
    );
    if (missing || wanted !== this.#inForce) {
      await this.#with.remembered.forget();
      const done = await this.#configure(
        client,
        jails.map((jail) => jail.jail),
        protections,
      );
      if (typeof done === 'string') return { ok: false, note: done };
      await this.#with.remembered.keep(wanted, done.written);
      this.#inForce = wanted;
    }
    for (const jail of jails) {
      const spared = jail.banned.filter((address) => within(address, protections));
      if (spared.length > 0) await this.#ask(client, ['set', jail.jail, 'unbanip', ...spared]);
    }
    return { ok: true, note: null };
  }

  /** Lets an address go from jails that hold it; which held it, and which hold it still. */
  async unban(address: string, jails: readonly string[]): Promise<{ held: string[]; still: string[] } | string> {
    const client = this.#with.tools('fail2ban-client');
    if (client === undefined) return 'fail2ban is not installed';
    const held = await this.holding(address, jails);
    for (const jail of held) await this.#ask(client, ['set', jail, 'unbanip', address]);
    return { held, still: held.length === 0 ? [] : await this.holding(address, held) };
  }

  /** Of these jails. */
  async holding(address: string, jails: readonly string[]): Promise<string[]> {
    const { facts } = await this.#with.view();
    return facts.jails
      .filter(({ jail, banned }) => jails.includes(jail) && banned.includes(address))
      .map(({ jail }) => jail);
  }

  async remove(): Promise<Undone> {
    const undone: Undone = { restored: [], left: [] };
    await this.#with.remembered.forget();
    for (const file of [JAILS, ACTION]) {
      const one = await this.#with.files.undo(`${this.#with.folder}/${file}`);
      undone.restored.push(...one.restored);
      undone.left.push(...one.left);
    }
    const client = this.#with.tools('fail2ban-client');
    if (client !== undefined && undone.restored.length > 0) {
      for (const jail of (await this.#with.view()).reporting)
        await this.#ask(client, ['set', jail, 'delaction', 'muster']);
      await this.#ask(client, ['reload']);
    }
    this.#inForce = undefined;
    return undone;
  }

  /**
   * Tested in a copy of the configuration, so that a refusal never touches the live one. Answers with the configuration that
   * is in force, or with what stood in the way.
   */
  async #configure(
    client: string,
    jails: readonly string[],
    protections: ReadonlySet<string>,
  ): Promise<{ written: Configuration } | string> {
    const { folder, files, eventProgram, scratchFolder, remembered } = this.#with;
    const copy = `${scratchFolder}/fail2ban`;
    const before = await remembered.look();
    await rm(copy, { recursive: true, force: true });
    try {
      await cp(folder, copy, { recursive: true });
      await rm(`${copy}/${JAILS}`, { force: true });
      const plain = await this.#ask(client, ['-c', copy, '-d']);
      const action = actionText(eventProgram);
      const jail = jailText(jails, protections, {
        ignoring: jailsThatIgnore(plain.stdout),
        gullible: jailsThatBelieveNames(plain.stdout),
      });
      await writeFile(`${copy}/${ACTION}`, action);
      await writeFile(`${copy}/${JAILS}`, jail);
      const test = await this.#ask(client, ['-c', copy, '-t']);
      if (test.code !== 0)
        return `fail2ban refused the configuration, nothing was changed: ${errorIn(test)}`.slice(0, 200);
      await files.write(`${folder}/${ACTION}`, action);
      await files.write(`${folder}/${JAILS}`, jail);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
    // What somebody else wrote while ours was tried is not what was tried: it is tried again at the next start.
    const after = await remembered.look();
    const written = sameBut([ACTION, JAILS], before, after) ? after : null;
    const reload = await this.#ask(client, ['reload']);
    if (reload.code !== 0) {
      await this.remove();
      return `fail2ban did not reload, the change was taken back: ${errorIn(reload)}`.slice(0, 200);
    }
    return (await this.#addToRunning(client)) ?? { written };
  }

  /**
   * A reload takes new settings but no new action into a running jail (seen on 1.0.2), and restarting the jail would lift
   * its bans for a moment. So the action is added by hand to the jails that run; the next restart finds it configured.
   */
  async #addToRunning(client: string): Promise<string | null> {
    const { facts, reporting } = await this.#with.view();
    for (const { jail } of facts.jails) {
      if (reporting.has(jail) || !/^[A-Za-z0-9_.-]+$/.test(jail)) continue;
      const { ban, unban, flush } = commandsFor(this.#with.eventProgram, jail);
      const action = ['set', jail, 'action', 'muster'];
      for (const command of [
        ['set', jail, 'addaction', 'muster'],
        [...action, 'actionban', ban],
        [...action, 'actionunban', unban],
        [...action, 'actionflush', flush],
      ]) {
        const answer = await this.#ask(client, command);
        if (answer.code !== 0) return `fail2ban did not take the action into ${jail}: ${errorIn(answer)}`.slice(0, 200);
      }
    }
    return null;
  }

  #ask(client: string, args: readonly string[]): Promise<ExecResult> {
    return this.#with.exec(client, args, { timeoutMs: 60_000 });
  }
}

function errorIn(result: ExecResult): string {
  const line = `${result.stderr}\n${result.stdout}`.split('\n').find((one) => one.includes('ERROR'));
  return line?.replace(/^.*ERROR:?\s+/, '').trim() ?? 'no reason given';
}

/** Jails whose own configuration ignores something: `['set', 'sshd', 'addignoreip', '192.0.2.1']` in `fail2ban-client -d`. */
function jailsThatIgnore(dump: string): Set<string> {
  return new Set([...dump.matchAll(/^\['set', '([^']+)', 'addignoreip'/gm)].map((match) => match[1] ?? ''));
}

/**
 * Jails that read the journal by the stock match of Debian's sshd filter. Its second half believes whatever calls itself
 * sshd, and a service's user (a site's PHP) can: seen to ban any address on fail2ban 1.0.2. An administrator's own match
 * is left alone.
 */
export function jailsThatBelieveNames(dump: string): Set<string> {
  const stock = /^\['set', '([^']+)', 'addjournalmatch', '_SYSTEMD_UNIT=sshd?\.service', '\+', '_COMM=sshd'\]$/gm;
  return new Set([...dump.matchAll(stock)].map((match) => match[1] ?? ''));
}

/** `_UID` is the journal's own word: sshd speaks as root, and nobody else can. OpenSSH 9.8 and newer have sshd-session. */
const JOURNAL_OF_SSHD = 'journalmatch = _UID=0 _COMM=sshd + _UID=0 _COMM=sshd-session';

const within = (address: string, protections: ReadonlySet<string>): boolean =>
  [...protections].some((range) => rangeContains(ipRange(range), ipRange(address)));

/**
 * `known/…` is what the jail or [DEFAULT] says without us: an administrator's own entries stay in force. fail2ban stops at
 * a known option that nobody has set, so it is named only where it exists (Debian's jail.conf leaves ignoreip out).
 */
function jailText(
  jails: readonly string[],
  protections: ReadonlySet<string>,
  { ignoring, gullible }: { ignoring: ReadonlySet<string>; gullible: ReadonlySet<string> },
): string {
  const ours = [...protections].sort();
  return [
    '# Written by Muster; removed when the agent is uninstalled. Own settings belong in another file.',
    ...jails.flatMap((jail) => {
      const ignore = [...(ignoring.has(jail) ? ['%(known/ignoreip)s'] : []), ...ours];
      return [
        ...[`[${jail}]`, 'action = %(known/action)s', '         muster[name=%(__name__)s]'],
        ...(ignore.length > 0 ? [`ignoreip = ${ignore.join(' ')}`] : []),
        ...(gullible.has(jail) ? [JOURNAL_OF_SSHD] : []),
      ];
    }),
    '',
  ].join('\n');
}

function commandsFor(program: string, jail: string): { ban: string; unban: string; flush: string } {
  return {
    ban: `${program} ban ${jail} <ip> <time> <failures> <bantime> <bancount> <restored>`,
    unban: `${program} unban ${jail} <ip> <time>`,
    flush: `${program} flush ${jail}`,
  };
}

/** actionflush is defined so that a stop sends one flush, not an unban for every address. */
function actionText(program: string): string {
  const { ban, unban, flush } = commandsFor(program, '<name>');
  return [
    '# Written by Muster: tells the agent of bans; removed when the agent is uninstalled.',
    '[Definition]',
    `actionban = ${ban}`,
    `actionunban = ${unban}`,
    `actionflush = ${flush}`,
    'norestored = 0',
    '[Init]',
    '',
  ].join('\n');
}
