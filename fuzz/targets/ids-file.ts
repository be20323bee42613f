import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createFileReader } from '../../src/collectors/websocket/ids/file-reader.ts';
import { systemClock } from '../../src/core/clock.ts';
import { isConnectionId } from '../../src/core/websocket-id.ts';
import { mutated, toBuffer } from '../mutations.ts';
import { createTarget } from '../target.ts';
import { unescaped } from './forgeries.ts';

const line = fc
  .tuple(fc.base64String({ minLength: 4, maxLength: 16 }), fc.nat(3), fc.nat(2_000_000_000))
  .map(([id, shape, at]) => {
    if (shape === 0) return id;
    if (shape === 1) return JSON.stringify(id);
    const connectedAt = shape === 2 ? at : new Date(at * 1000).toISOString();
    return JSON.stringify({ connectionId: id, connectedAt });
  });
const PIECES = [
  ...[
    '\n',
    '\r\n',
    '"',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '\\',
    '\\u0041',
    '\\ud800',
    'null',
    'true',
    '{"connectionId":"A="}',
  ],
  ...[
    '{"connectionId":"A=","connectedAt":1e300}',
    '"connectionId":',
    '"connectedAt":',
    '[['.repeat(20),
    '-1',
    '..',
    '.',
  ],
];

/** Files that list connection ids. */
export const idsFile = createTarget({
  name: 'ids-file',
  inputs: mutated(
    fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`),
    PIECES,
  ),
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const path = join(folder, 'ids.jsonl');
    return {
      async judge(bytes) {
        writeFileSync(path, toBuffer(bytes));
        let rejected = 0;
        const reject = (_: string, text: string | undefined) => {
          rejected += 1;
          if (text !== undefined && !text.isWellFormed()) throw new Error('half a character was rejected');
        };
        const reader = createFileReader({ path, clock: systemClock, reject });
        const read = await reader.read(new AbortController().signal).catch((error: Error) => error);
        if (read instanceof Error) {
          if (
            rejected === 0 ||
            !/^no line of it holds/.test(String((read.cause as Error | undefined)?.message))
          )
            throw read;
          return;
        }
        if (read.state !== 'complete') throw new Error(`a file that nobody changes is ${read.state}`);
        const said = unescaped(toBuffer(bytes).toString());
        for (const [id, at] of read.ids) {
          if (!isConnectionId(id)) throw new Error(`${JSON.stringify(id)} is no connection id`);
          if (!said.includes(id)) throw new Error(`${id} does not stand in the file`);
          if (at !== undefined && !(Number.isInteger(at) && at >= 0)) throw new Error(`connected at ${at}`);
        }
      },
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
});
