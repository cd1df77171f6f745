/** `v=DKIM1; k=rsa; p=…` (RFC 6376 §3.2), names in small letters. DMARC has the same form. */
export const tagsOf = (record: string): Map<string, string> =>
  new Map(
    record.split(';').flatMap((part) => {
      const [, tag, value = ''] = /^\s*([a-z]\w*)\s*=\s*([\s\S]*?)\s*$/i.exec(part) ?? [];
      return tag === undefined ? [] : [[tag.toLowerCase(), value] as const];
    }),
  );
