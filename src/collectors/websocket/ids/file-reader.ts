import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Clock, sleep } from '../../../core/clock.ts';
import { isConnectionId } from '../../../core/websocket-id.ts';
import { ListedIds } from '../columns/listed-ids.ts';
import type { IdReader, Progress } from './id-reader.ts';
import { type Reject, toTime } from './row.ts';

/** What a listing of a file is made with. */
export interface FileReaderDeps {
  readonly path: string;
  readonly clock: Clock;
  readonly reject: Reject;
}

/** Lists the ids of a file, one a line: bare, as JSON text, or as JSON with `connectionId` and `connectedAt`; read again when it changes. */
export function createFileReader(deps: FileReaderDeps): IdReader {
  return new FileReader(deps);
}

/** How often a file is read that changes meanwhile, and how long its writer is given to end. */
const TRIES = 4;
const PAUSE_MS = 250;
/** To open a pipe without this would be to wait for its writer. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
/** Read and parsed at a time, some milliseconds; meanwhile everything else waits. */
const CHUNK_BYTES = 32_768;
export const LONGEST_LINE = 65_536;
/** The alphabets of base64, plain and for URLs; a literal of JSON is no id. */
const BARE_ID = /^(?!(?:null|true|false)$)[\w+/=-]+$/;

interface Lines {
  readonly ids: ListedIds;
  /** Blank ones included. */
  read: number;
  rejected: number;
}

class FileReader implements IdReader {
  readonly #deps: FileReaderDeps;
  /** What the file looked like when it was last read whole. */
  #seen: string | undefined;

  constructor(deps: FileReaderDeps) {
    this.#deps = deps;
  }

  async read(signal: AbortSignal): Promise<Progress> {
    const { path, clock } = this.#deps;
    let lines: Lines = { ids: new ListedIds(), read: 0, rejected: 0 };
    try {
      if (toLook(await stat(path, { bigint: true })) === this.#seen)
        return { state: 'unchanged', isCurrent: true };
      for (let tries = 0; tries < TRIES; tries += 1) {
        if (tries > 0) await sleep(clock, PAUSE_MS, signal);
        const beganAt = clock.now();
        lines = { ids: new ListedIds(), read: 0, rejected: 0 };
        const look = await this.#readOnce(lines, signal);
        if (look === undefined) continue;
        if (lines.ids.size === 0 && lines.rejected > 0) throw new Error(NOT_ONE);
        this.#seen = look;
        return { state: 'complete', beganAt, ids: lines.ids };
      }
      throw new Error('it changes while it is read; write it under another name, then rename it');
    } catch (cause) {
      if (signal.aborted) return { state: 'under way', rows: lines.read };
      throw new Error(`reading connection ids from ${path}`, { cause });
    }
  }

  /** What the file looks like; undefined when it changed while it was read. */
  async #readOnce(lines: Lines, signal: AbortSignal): Promise<string | undefined> {
    const handle = await open(this.#deps.path, FLAGS);
    try {
      const found = await handle.stat({ bigint: true });
      if (!found.isFile()) throw new Error('it is not a regular file');
      const look = toLook(found);
      for await (const chunk of linesOf(handle)) {
        signal.throwIfAborted();
        for (const line of chunk) this.#take(lines, line.trim());
      }
      return toLook(await handle.stat({ bigint: true })) === look ? look : undefined;
    } finally {
      await handle.close();
    }
  }

  #take(lines: Lines, line: string): void {
    const { reject } = this.#deps;
    lines.read += 1;
    if (line === '') return;
    const { id, connectedAt } = toEntry(line);
    if (isConnectionId(id)) {
      lines.ids.add(id, toTime('connected_at', connectedAt, reject));
    } else {
      lines.rejected += 1;
      reject('line', `line ${lines.read}`);
    }
  }
}

const NOT_ONE = 'no line of it holds a connection id; is it UTF-8, with one id or one JSON object a line?';

/** What tells one state of a file from another. */
function toLook({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}

/** The lines of a file, some at a time; of one that is too long, its beginning and a bit too much. */
async function* linesOf(handle: FileHandle): AsyncIterable<readonly string[]> {
  const decoder = new TextDecoder();
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest = '';
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
    const isEnd = bytesRead === 0;
    const lines = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: !isEnd })).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
    yield isEnd ? [...lines, rest] : lines;
    if (isEnd) return;
  }
}

function toEntry(line: string): { readonly id?: unknown; readonly connectedAt?: unknown } {
  if (line.length > LONGEST_LINE) return {};
  if (BARE_ID.test(line)) return { id: line };
  const value = toJson(line);
  if (typeof value === 'string') return { id: value };
  if (typeof value !== 'object' || value === null) return {};
  const { connectionId, connectedAt } = value as { connectionId?: unknown; connectedAt?: unknown };
  return { id: connectionId, connectedAt };
}

/** Undefined for what is no JSON; the parser's error would quote the line, and the id in it. */
function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
