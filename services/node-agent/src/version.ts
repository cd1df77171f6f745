// Replaced at build time by the workspace's version (build.ts); from source it is the development version.
declare const MUSTER_AGENT_VERSION: string | undefined;

export const AGENT_VERSION: string = typeof MUSTER_AGENT_VERSION === 'string' ? MUSTER_AGENT_VERSION : '0.2.0-dev';
