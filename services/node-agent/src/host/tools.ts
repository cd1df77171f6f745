// Where a distribution keeps the programs we call. Looked up once per process, by absolute path only.
import { existsSync } from 'node:fs';

const CANDIDATES = {
  nft: ['/usr/sbin/nft', '/sbin/nft'],
  ss: ['/usr/bin/ss', '/bin/ss', '/usr/sbin/ss', '/sbin/ss'],
  ip: ['/usr/bin/ip', '/usr/sbin/ip', '/sbin/ip', '/bin/ip'],
  'fail2ban-client': ['/usr/bin/fail2ban-client', '/usr/local/bin/fail2ban-client'],
  tar: ['/usr/bin/tar', '/bin/tar'],
  systemctl: ['/usr/bin/systemctl', '/bin/systemctl'],
} as const;

export type Tool = keyof typeof CANDIDATES;
export type Tools = (tool: Tool) => string | undefined;

export const installedTools: Tools = (tool) => CANDIDATES[tool].find((path) => existsSync(path));
