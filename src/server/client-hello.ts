import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

/**
 * What a connection begins with: `tls` for a whole ClientHello, `odd` for one that no client sends, in pieces or larger than any, `plain`
 * for what is no TLS. Or it did not: `nothing` came in time or before its end, or the beginning of one, which was `slow` or `ended`.
 */
export type Start = 'tls' | 'odd' | 'plain' | 'nothing' | 'slow' | 'ended';

/** Every handshake begins with a record of this type, and in it a message of that. */
const [RECORD, CLIENT_HELLO] = [0x16, 0x01];
const [RECORD_HEADER, MESSAGE_HEADER] = [5, 4];
/** The longest record that TLS knows. */
const MOST_BYTES = 2 ** 14;

/** Waits for what a connection begins with, which can be read again afterwards. */
export function readStart(
  socket: Socket,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
  then: (start: Start) => void,
): void {
  let bytes = Buffer.alloc(0);
  const end = (start: Start) => {
    cancel();
    socket.off('readable', read).off('end', gone).off('close', gone);
    if (bytes.length > 0 && !socket.destroyed) socket.unshift(bytes);
    then(start);
  };
  const read = () => {
    const chunk = socket.read() as Buffer | null;
    // Null at its end too, which is heard of by itself.
    if (!chunk) return;
    bytes = Buffer.concat([bytes, chunk]);
    const start = judge(bytes);
    if (start) end(start);
  };
  const gone = () => end(bytes.length === 0 ? 'nothing' : 'ended');
  const cancel = clock.after(timeoutMs, () => end(bytes.length === 0 ? 'nothing' : 'slow'));
  socket.on('readable', read).once('end', gone).once('close', gone);
}

/** Undefined while that cannot be told yet. */
function judge(bytes: Buffer): 'tls' | 'odd' | 'plain' | undefined {
  const [record, version = 3] = bytes;
  if (record !== RECORD || version !== 3) return 'plain';
  if (bytes.length < RECORD_HEADER + MESSAGE_HEADER) return undefined;
  const length = bytes.readUInt16BE(3);
  const isWhole = MESSAGE_HEADER + bytes.readUIntBE(RECORD_HEADER + 1, 3) <= length;
  if (bytes[RECORD_HEADER] !== CLIENT_HELLO || length > MOST_BYTES || !isWhole) return 'odd';
  return bytes.length < RECORD_HEADER + length ? undefined : 'tls';
}
