import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFileReader } from '../../../src/collectors/websocket/ids/file-reader.ts';
import type { Progress } from '../../../src/collectors/websocket/ids/id-reader.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { toSentence } from '../../../src/core/error-text.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const AT = Date.UTC(2026, 0, 1, 9);
const NEVER = new AbortController().signal;

function createDesk({
  path = join(temporaryFolder(), 'ids.jsonl'),
  clock = createHandClock() as Clock,
} = {}) {
  const rejected: [field: string, text: string | undefined][] = [];
  const listing = createFileReader({ path, clock, reject: (...rejection) => rejected.push(rejection) });
  return {
    path,
    clock,
    rejected,
    write: (content: string | Uint8Array) => writeFileSync(path, content),
    read: (signal = NEVER) => listing.read(signal),
  };
}

function idsOf(progress: Progress): Record<string, number | undefined> {
  if (progress.state !== 'complete') throw new Error(`the listing is ${progress.state}`);
  return Object.fromEntries(progress.ids);
}

/** What people read of a failure. */
const sentence = (progress: Promise<Progress>) => progress.then(() => 'no failure', toSentence);

test.each([
  ['bare', 'L0SM9cOFvHcCIhw=', 'L0SM9cOFvHcCIhw=', undefined],
  ['bare, with the alphabet for URLs', 'gb_R8-9uMQAYKEiZJA==', 'gb_R8-9uMQAYKEiZJA==', undefined],
  ['bare, digits only', '1234567890123456', '1234567890123456', undefined],
  ['bare, between blanks', ' \ta=\t ', 'a=', undefined],
  ['JSON text', '"a_b+c="', 'a_b+c=', undefined],
  ['JSON text with an escape', '"a\\u003d"', 'a=', undefined],
  ['JSON', '{"connectionId":"a="}', 'a=', undefined],
  ['JSON, ISO time', '{"connectionId":"a=","connectedAt":"2026-01-01T09:00:00Z"}', 'a=', AT],
  ['JSON, seconds', `{"connectionId":"a=","connectedAt":${AT / 1000}}`, 'a=', AT],
  ['JSON, milliseconds', `{"connectionId":"a=","connectedAt":${AT}}`, 'a=', AT],
  ['JSON, milliseconds as text', `{"connectionId":"a=","connectedAt":"${AT}"}`, 'a=', AT],
  ['JSON, no time', '{"connectionId":"a=","connectedAt":null}', 'a=', undefined],
  ['JSON, more than is asked for', '{"user":{"name":"é"},"connectionId":"a="}', 'a=', undefined],
])('%s', async (_, line, id, connectedAt) => {
  const { write, read, rejected, clock } = createDesk();
  write(`${line}\n`);
  const progress = await read();
  expect(idsOf(progress)).toStrictEqual({ [id]: connectedAt });
  expect(progress).toMatchObject({ beganAt: clock.now() });
  expect(rejected).toEqual([]);
});

test.each([
  ['cut JSON', '{"connectionId":"a='],
  ['JSON without an id', '{"id":"a="}'],
  ['JSON with an empty id', '{"connectionId":""}'],
  ['JSON with a number for an id', '{"connectionId":17}'],
  ['JSON with an id that no URL can hold', '{"connectionId":"\\ud800"}'],
  ['JSON with an id that is far too long', `{"connectionId":"${'a'.repeat(129)}"}`],
  ['an array', '["a="]'],
  ['an empty text', '""'],
  ['null', 'null'],
  ['a comment', '# ids of today'],
  ['a row of CSV', 'a=,2026-01-01'],
  ['two ids', 'a= b='],
  ['a control character', 'a\0b'],
  ['a letter beyond ASCII', 'é='],
  ['a line too long', 'a'.repeat(65_537)],
  ['a line much too long', 'a'.repeat(300_000)],
])('%s is rejected by the number of its line, and the rest counts', async (_, line) => {
  const { write, read, rejected } = createDesk();
  write(`before=\n\n${line}\nafter=\n`);
  expect(Object.keys(idsOf(await read()))).toEqual(['before=', 'after=']);
  expect(rejected).toEqual([['line', 'line 3']]);
});

test.each([
  ['text', '"noon"', 'noon'],
  ['a boolean', 'true', 'true'],
  ['an object', '{"at":1}', undefined],
  ['arrays nested too deep to be made text', '['.repeat(30_000) + ']'.repeat(30_000), undefined],
])('a time that cannot be read is rejected, and the id counts: %s', async (_, connectedAt, text) => {
  const { write, read, rejected } = createDesk();
  write(`{"connectionId":"a=","connectedAt":${connectedAt}}`);
  expect(idsOf(await read())).toStrictEqual({ 'a=': undefined });
  expect(rejected).toEqual([['connected_at', text]]);
});

test('an id listed twice counts once, with the earlier time', async () => {
  const { write, read } = createDesk();
  const line = (connectedAt: number) => JSON.stringify({ connectionId: 'a=', connectedAt });
  write(`a=\n${line(AT + 1000)}\n${line(AT)}\n${line(AT + 2000)}\na=\n`);
  expect(idsOf(await read())).toStrictEqual({ 'a=': AT });
});

test.each([
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffa=\nb=\n')],
  ['line ends of Windows', Buffer.from('a=\r\nb=\r\n')],
  ['no line end at the end', Buffer.from('a=\nb=')],
])('%s', async (_, content) => {
  const { write, read, rejected } = createDesk();
  write(content);
  expect(Object.keys(idsOf(await read()))).toEqual(['a=', 'b=']);
  expect(rejected).toEqual([]);
});

test('a file of which no line can be read fails: another encoding, another format', async () => {
  const { path, write, read } = createDesk();
  for (const content of [Buffer.from('\ufeffa=\nb=\n', 'utf16le'), '<html>\n<body>\n', '["a=","b="]\n']) {
    write(content);
    expect(await sentence(read())).toBe(
      `reading connection ids from ${path}: no line of it holds a connection id; is it UTF-8, with one id or one JSON object a line?`,
    );
  }
  write('a=\n');
  expect(idsOf(await read())).toStrictEqual({ 'a=': undefined });
});

test('neither failures nor rejections quote a line', async () => {
  const { write, read, rejected } = createDesk();
  write('{"connectionId":"SECRET="\n');
  expect(await sentence(read())).not.toContain('SECRET');
  expect(JSON.stringify(rejected)).not.toContain('SECRET');
});

test('a character that two parts of the reading share', async () => {
  const { write, read } = createDesk();
  const line = '{"user":"é","connectionId":"a="}';
  write('\n'.repeat(65_535 - line.indexOf('é')) + line);
  expect(idsOf(await read())).toStrictEqual({ 'a=': undefined });
});

test('an empty file is complete without ids', async () => {
  const { write, read } = createDesk();
  for (const content of ['', '\n \n\r\n']) {
    write(content);
    expect(idsOf(await read())).toStrictEqual({});
  }
});

test('a file is read again when it changes, and only then', async () => {
  const { path, write, read } = createDesk();
  const next = async () => {
    const progress = await read();
    expect(await read()).toEqual({ state: 'unchanged', isCurrent: true });
    return Object.keys(idsOf(progress));
  };
  write('a=\n');
  expect(await next()).toEqual(['a=']);

  appendFileSync(path, 'b=\n');
  expect(await next()).toEqual(['a=', 'b=']);

  write('');
  expect(await next()).toEqual([]);

  writeFileSync(`${path}.new`, 'c=\n');
  renameSync(`${path}.new`, path);
  expect(await next()).toEqual(['c=']);

  // Same size, another time.
  write('d=\n');
  utimesSync(path, 1_000, 1_000);
  expect(await next()).toEqual(['d=']);

  // Same size and time, another file.
  writeFileSync(`${path}.new`, 'e=\n');
  utimesSync(`${path}.new`, 1_000, 1_000);
  renameSync(`${path}.new`, path);
  expect(statSync(path).mtimeMs).toBe(1_000_000);
  expect(await next()).toEqual(['e=']);
});

test('a file that is missing fails with its path, and is read when it comes back', async () => {
  const { path, write, read } = createDesk();
  expect(await sentence(read())).toMatch(`reading connection ids from ${path}: ENOENT`);
  write('a=\n');
  expect(idsOf(await read())).toStrictEqual({ 'a=': undefined });
  renameSync(path, `${path}.away`);
  expect(await sentence(read())).toMatch('ENOENT');
  renameSync(`${path}.away`, path);
  expect((await read()).state).toBe('complete');
});

test.each([
  ['folder', (path: string) => mkdirSync(path)],
  ['pipe', (path: string) => execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
])('a %s is no file', async (_, make) => {
  const { path, read } = createDesk();
  make(path);
  expect(await sentence(read())).toBe(`reading connection ids from ${path}: it is not a regular file`);
});

/** Long enough that it is read in many parts. */
const LONG = Array.from({ length: 100_000 }, (_, index) => `id${index}=\n`).join('');

/** A desk with a long file, at whose first line `onReading` is called at every reading; pauses end at once. */
function createLongDesk(onReading: (desk: { path: string; reading: number }) => void) {
  const desk = { path: join(temporaryFolder(), 'ids.jsonl'), reading: 0, pauses: [] as number[] };
  const clock: Clock = {
    ...createHandClock(),
    after(ms, fn) {
      desk.pauses.push(ms);
      setImmediate(fn);
      return () => {};
    },
  };
  writeFileSync(desk.path, `# unreadable\n${LONG}`);
  const reject = () => {
    desk.reading += 1;
    onReading(desk);
  };
  return { desk, listing: createFileReader({ path: desk.path, clock, reject }) };
}

test('a file that becomes a pipe while it is read is not waited for', async () => {
  const { desk, listing } = createLongDesk(({ path }) => {
    rmSync(path);
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
  });
  expect(await sentence(listing.read(NEVER))).toContain('it is not a regular file');
  expect(desk.reading).toBe(1);
});

test('a file that changes while it is read is read again, after a pause', async () => {
  const { desk, listing } = createLongDesk(({ path, reading }) => {
    if (reading < 3) appendFileSync(path, `late${reading}=\n`);
  });
  expect(Object.keys(idsOf(await listing.read(NEVER)))).toHaveLength(100_002);
  expect(desk.reading).toBe(3);
  expect(desk.pauses).toEqual([250, 250]);
});

test('a file that is cut while it is read is read again', async () => {
  const { listing } = createLongDesk(({ path, reading }) => {
    if (reading === 1) writeFileSync(path, 'short=\n');
  });
  expect(idsOf(await listing.read(NEVER))).toStrictEqual({ 'short=': undefined });
});

test('a file that is replaced while it is read gives its place to the new one', async () => {
  const { listing } = createLongDesk(({ path }) => {
    writeFileSync(`${path}.new`, 'new=\n');
    renameSync(`${path}.new`, path);
  });
  expect(idsOf(await listing.read(NEVER))).toStrictEqual({ 'new=': undefined });
  expect(await listing.read(NEVER)).toEqual({ state: 'unchanged', isCurrent: true });
});

test('a file that never stops changing fails, and says what to do', async () => {
  const { desk, listing } = createLongDesk(({ path }) => appendFileSync(path, 'late=\n'));
  expect(await sentence(listing.read(NEVER))).toBe(
    `reading connection ids from ${desk.path}: it changes while it is read; write it under another name, then rename it`,
  );
  expect(desk.reading).toBe(4);
});

test('a turn that ends stops the reading, and the next reads all of it', async () => {
  const end = new AbortController();
  const { listing } = createLongDesk(() => end.abort());
  const progress = await listing.read(end.signal);
  if (progress.state !== 'under way') throw new Error(`the listing is ${progress.state}`);
  expect(progress.rows).toBeGreaterThan(0);
  expect(progress.rows).toBeLessThan(100_000);
  expect(Object.keys(idsOf(await listing.read(NEVER)))).toHaveLength(100_000);
});

test.runIf(existsSync('/proc/self/fd'))('the file is closed, however its reading ends', async () => {
  const { desk, listing } = createLongDesk(({ path, reading }) => {
    if (reading < 5) appendFileSync(path, 'late=\n');
  });
  await expect(listing.read(NEVER)).rejects.toThrow();
  await listing.read(AbortSignal.abort());
  await listing.read(NEVER);
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'closed meanwhile';
    }
  });
  expect(open.length).toBeGreaterThan(2);
  expect(open).not.toContain(desk.path);
});

test('a large file keeps nobody waiting', async () => {
  const { write, read } = createDesk();
  write(LONG);
  let rounds = 0;
  let isOver = false;
  const progress = read().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    rounds += 1;
  }
  expect(Object.keys(idsOf(await progress))).toHaveLength(100_000);
  // 64 KB at a time.
  expect(rounds).toBeGreaterThan(LONG.length / 65_536);
});

test('whatever is written as lines comes back as ids, however the lines are written', async () => {
  const { write, read, rejected } = createDesk();
  const base64 = fc.stringMatching(/^[\w+-]{1,20}={0,2}$/).filter((id) => !/^(null|true|false)$/.test(id));
  const connectedAt = fc.integer({ min: 1e11, max: 253_402_300_799_999 });
  const any = fc.stringMatching(/^[\w.~!$&'()*+;=:@-]{1,128}$/).filter((id) => !/^\.{1,2}$/.test(id));
  const entry = fc.oneof(
    base64.map((id) => ({ id, at: undefined, line: id })),
    any.map((id) => ({ id, at: undefined, line: JSON.stringify(id) })),
    fc.record({ id: any, at: connectedAt }).map(({ id, at }) => ({
      id,
      at,
      line: JSON.stringify({ connectionId: id, connectedAt: at }),
    })),
  );
  const layout = fc.constantFrom('\n', '\r\n', '\n\n', ' \n', '\n\t');
  const comesBack = async (
    entries: readonly { id: string; at: number | undefined; line: string }[],
    end: string,
  ) => {
    write(entries.map(({ line }) => line + end).join(''));
    const expected = new Map<string, number | undefined>();
    for (const { id, at } of entries)
      expected.set(id, Math.min(at ?? Infinity, expected.get(id) ?? Infinity));
    const progress = await read();
    const ids = progress.state === 'complete' ? progress.ids : new Map();
    expect([...ids].map(([id, at]) => [id, at ?? Infinity])).toEqual([...expected]);
  };
  await fc.assert(fc.asyncProperty(fc.array(entry, { maxLength: 50 }), layout, comesBack), { numRuns: 200 });
  expect(rejected).toEqual([]);
});
