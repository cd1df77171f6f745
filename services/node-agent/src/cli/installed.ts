// Where the installer puts things (deploy/agent/install.sh says the same).
export const AGENT_STATE = '/var/lib/muster-agent';
export const PRIVD_SOCKET = '/run/muster-privd.sock';
export const AGENT_USER = 'muster-agent';
