// Names that only one thing may hold at a time.
export const SERVER_NAME = 'servers.name';
export const GROUP_NAME = 'servers.group-name';
/** An enrolment token is spent once. */
export const ENROLMENT = 'servers.enrolment';
/** An agent key belongs to one server. */
export const AGENT_KEY = 'servers.agent-key';
