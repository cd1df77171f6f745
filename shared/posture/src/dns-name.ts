/** RFC 1123 §2.1 in small letters, with the underscore that names in the DNS may have. */
export const DNS_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What stands before `._domainkey` (RFC 6376 §3.1): labels, joined by dots. */
export const DKIM_SELECTOR = /^(?=.{1,63}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/;
