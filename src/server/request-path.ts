/** The second form is that of proxies (RFC 9112, section 3.2.2). */
const TARGET = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#[\]]*(?:\[[\da-f:.]+\][^/?#[\]]*)?)?(\/[^?#]*)/i;

/** The path of a request target as it stands there, without its query, also where the host stands before it; empty where there is none. */
export function toPath(target: string | undefined): string {
  return TARGET.exec(target ?? '')?.[1] ?? '';
}
