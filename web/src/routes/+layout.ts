// An operator console lives on live data and on the reader's session: nothing is rendered on a server, and the process
// that serves these files holds no secret.
export const ssr = false;
export const prerender = false;
