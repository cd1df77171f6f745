// Makes the table outlive the agent: the guard unit, the boot unit, and a drop-in for nftables.service, whose start and
// reload flush every table (Debian's default configuration begins with `flush ruleset`).
import { existsSync } from 'node:fs';
import type { ChangedFiles, Undone } from '../../host/changes.ts';
import type { Exec } from '../../host/exec.ts';
import type { Tools } from '../../host/tools.ts';

const UNITS = ['muster-guard.service', 'muster-restore.service'] as const;

export interface TableGuardDependencies {
  readonly exec: Exec;
  readonly tools: Tools;
  readonly files: ChangedFiles;
  /** /etc/systemd/system; where it is absent there is no systemd to change. */
  readonly unitFolder: string;
  /** /opt/muster-agent/current/libexec/muster-restore */
  readonly restoreProgram: string;
}

export class TableGuard {
  readonly #with: TableGuardDependencies;

  constructor(dependencies: TableGuardDependencies) {
    this.#with = dependencies;
  }

  /** null when guard and boot unit are on; otherwise what is missing. */
  async on(): Promise<string | null> {
    if (!this.#hasSystemd) return 'no systemd here: the table is kept by privd only';
    const { restoreProgram } = this.#with;
    await this.#with.files.write(
      this.#dropIn,
      [
        '# Written by Muster: brings the ban table back after this service flushed all tables, also with the agent stopped.',
        '[Service]',
        `ExecStartPost=-${restoreProgram} /var/lib/muster-guard unit table-gone`,
        `ExecReload=-${restoreProgram} /var/lib/muster-guard unit table-gone`,
        '',
      ].join('\n'),
    );
    return (
      (await this.#systemctl(['daemon-reload'])) ??
      (await this.#systemctl(['enable', ...UNITS])) ??
      this.#systemctl(['restart', UNITS[0]])
    );
  }

  async off(): Promise<Undone> {
    if (!this.#hasSystemd) return { restored: [], left: [] };
    const problem = await this.#systemctl(['disable', '--now', ...UNITS]);
    const files = await this.#with.files.undo(this.#dropIn);
    await this.#systemctl(['daemon-reload']);
    return { restored: files.restored, left: problem === null ? files.left : [...files.left, problem] };
  }

  get #hasSystemd(): boolean {
    return this.#with.tools('systemctl') !== undefined && existsSync(this.#with.unitFolder);
  }
  get #dropIn(): string {
    return `${this.#with.unitFolder}/nftables.service.d/muster.conf`;
  }

  async isRunning(): Promise<boolean> {
    return (await this.#systemctl(['is-active', '--quiet', UNITS[0]])) === null;
  }

  async #systemctl(args: readonly string[]): Promise<string | null> {
    const systemctl = this.#with.tools('systemctl');
    if (systemctl === undefined || !this.#hasSystemd) return 'no systemd here';
    const { code, stderr } = await this.#with.exec(systemctl, args, { timeoutMs: 30_000 });
    return code === 0 ? null : `systemctl ${args[0] ?? ''}: ${stderr.trim() || `answered ${code}`}`.slice(0, 200);
  }
}
