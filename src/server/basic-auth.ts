const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const SCHEME = /^basic (.*)$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The user name and the password of a header Authorization; undefined for one that holds none, or none in UTF-8. */
export function toCredentials(
  header: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
  const [, encoded] = SCHEME.exec(header ?? '') ?? [];
  if (encoded === undefined || !BASE64.test(encoded)) return undefined;
  const text = decode(Buffer.from(encoded, 'base64'));
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined; // not UTF-8: said by the type
  }
}
