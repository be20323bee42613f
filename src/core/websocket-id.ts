/**
 * What may stand in a path segment of a URL as it is (RFC 3986, pchar), up to 128 of it: AWS' ids are base64url, and their length and form may
 * change. Not the comma, which joins doubled headers, and not the segments that mean another folder.
 */
const CONNECTION_ID = /^(?!\.{1,2}$)[\w.~!$&'()*+;=:@-]{1,128}$/;

/** Whether a value can be the id of a WebSocket connection. */
export function isConnectionId(value: unknown): value is string {
  return typeof value === 'string' && CONNECTION_ID.test(value);
}
