// How a probe sees a server: programs by name with arguments, files, and what it wrote down the last time. Nothing else, so
// that everything a probe learns can be recorded as text and played back to it in a test.

/** Programs that probes may run. Each host finds its own path; none is ever run through a shell. */
export const TOOLS = [
  'apt-config',
  'apt-get',
  'apt-mark',
  'auditctl',
  'chronyc',
  'curl',
  'date',
  'df',
  'doveconf',
  'dpkg-query',
  'fail2ban-client',
  'find',
  'grep',
  'ip',
  'ipset',
  'journalctl',
  'mariadb',
  'named-checkconf',
  'nft',
  'openssl',
  'plesk',
  'postconf',
  'postqueue',
  'ps',
  'rspamadm',
  'sha256sum',
  'smartctl',
  'ss',
  'sshd',
  'stat',
  'sysctl',
  'systemctl',
  'tail',
  'timedatectl',
  'uname',
  'visudo',
  'whmapi1',
  'zpool',
] as const;
export type ProbeTool = (typeof TOOLS)[number];

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Absent is an answer; unreadable is not, and says why. */
export type FileText =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string };

export interface ProbedHost {
  /** undefined: the program is not installed. `input` is all that it reads; absent, it reads nothing. */
  run(tool: ProbeTool, args: readonly string[], input?: string): Promise<Ran | undefined>;
  read(path: string): Promise<FileText>;
  /** What a probe kept on the server, by a name; null when it never did. It stays there. */
  recall(name: string): Promise<string | null>;
  keep(name: string, text: string): Promise<void>;
}
