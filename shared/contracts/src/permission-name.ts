// A permission is called after the one thing it opens: `bans.BlockAddress` is opened by `bans.address.block`, and a query
// that is a noun, `bans.BanRate`, by `bans.ban-rate.read`.
const VERBS = new Set(
  `accept add approve archive assign attest begin block call cancel change check confirm create decide define delete dismiss end enrol erase explain
   export extend find forget give import invite issue lift list make get name offboard open order plan preview protect put
   record refresh register release remove rename replace reset resume retire retry review revoke rotate run scan search send set
   start stop tag take unblock use verify withdraw why`.split(/\s+/),
);

/** `<domain>.<thing>.<verb>` */
export function permissionName(action: string): string {
  const [domain = '', name = ''] = action.split('.');
  const words = name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
  const [first = '', ...rest] = words;
  if (!VERBS.has(first) || rest.length === 0) return `${domain}.${words.join('-')}.read`;
  return `${domain}.${rest.join('-')}.${first === 'get' ? 'read' : first}`;
}
