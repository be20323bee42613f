import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger, type LogOptions } from '../src/app/log.ts';
import type { LogFields } from '../src/core/logger.ts';

const clock = { now: () => Date.UTC(2026, 10, 22, 10), monotonic: () => 0, after: () => () => {} };

function create(format: LogOptions['format'], level: LogOptions['level'] = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ level, format, clock, stream: { write: (line) => lines.push(line) } });
  return { logger, lines };
}

function logfmt(message: string, fields?: LogFields): string {
  const { logger, lines } = create('logfmt');
  logger.info(message, fields);
  return lines.join('').replace('time=2026-11-22T10:00:00.000Z level=INFO ', '');
}

test('a line has the time, the level, the message and the fields in their order', () => {
  const { logger, lines } = create('logfmt');
  logger.warn('pass failed', { collector: 'client-vpn', endpoints: 3, ok: false });
  expect(lines).toEqual([
    'time=2026-11-22T10:00:00.000Z level=WARN msg="pass failed" collector=client-vpn endpoints=3 ok=false\n',
  ]);
});

test('json has the same keys', () => {
  const { logger, lines } = create('json');
  const error = new Error('outer', { cause: new Error('inner') });
  logger.error('pass "failed"', { collector: 'client-vpn', bytes: 2n ** 64n, err: error });
  expect(lines).toEqual([
    '{"level":"ERROR","time":"2026-11-22T10:00:00.000Z","collector":"client-vpn","bytes":"18446744073709551616",' +
      '"err":"outer: inner","msg":"pass \\"failed\\""}\n',
  ]);
});

test.each([
  ['debug', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
  ['info', ['INFO', 'WARN', 'ERROR']],
  ['warn', ['WARN', 'ERROR']],
  ['error', ['ERROR']],
] as const)('level %s', (level, expected) => {
  const { logger, lines } = create('logfmt', level);
  logger.debug('x');
  logger.info('x');
  logger.warn('x');
  logger.error('x');
  expect(lines.map((line) => line.split(' ')[1])).toEqual(expected.map((name) => `level=${name}`));
});

test('a child adds its fields, and a line can replace them', () => {
  const { logger, lines } = create('json');
  const child = logger.child({ collector: 'client-vpn', target: 'a' }).child({ target: 'b' });
  child.info('x');
  child.info('y', { target: 'c' });
  expect(lines).toEqual([
    '{"level":"INFO","time":"2026-11-22T10:00:00.000Z","collector":"client-vpn","target":"b","msg":"x"}\n',
    '{"level":"INFO","time":"2026-11-22T10:00:00.000Z","collector":"client-vpn","target":"c","msg":"y"}\n',
  ]);
});

test.each([
  ['plain', 'msg=plain\n'],
  ['', 'msg=""\n'],
  ['a=b', 'msg="a=b"\n'],
  ['say "no"', 'msg="say \\"no\\""\n'],
  ['C:\\x', 'msg=C:\\x\n'],
  ['C:\\x y', 'msg="C:\\\\x y"\n'],
  ['one\ntwo\r\tthree', 'msg="one\\ntwo\\r\\tthree"\n'],
  ['\u001b[31mred', 'msg="\\u001b[31mred"\n'],
  ['\u202Eevil', 'msg="\\u202eevil"\n'],
  ['a\u2028b', 'msg="a\\u2028b"\n'],
  ['Zoë 🦆', 'msg="Zoë 🦆"\n'],
  ['100%s %d', 'msg="100%s %d"\n'],
])('%j is quoted as a reader of logfmt needs it', (message, line) => {
  expect(logfmt(message)).toBe(line);
});

test.each([
  [{ a: undefined, b: null }, ' b=null'],
  [{ a: 2n ** 64n, b: Number.NaN, c: Number.POSITIVE_INFINITY }, ' a=18446744073709551616 b=NaN c=Infinity'],
  [{ a: ['x', 'y'], b: { c: 1 } }, ' a="[\\"x\\",\\"y\\"]" b="{\\"c\\":1}"'],
  [{ err: new Error('3 of 7 endpoints failed') }, ' err="3 of 7 endpoints failed"'],
  [{ err: new Error('a', { cause: new Error('b', { cause: 'c' }) }) }, ' err="a: b: c"'],
  [{ err: new TypeError('') }, ' err=TypeError'],
  [{ err: new AggregateError([new Error('x'), new Error('y')]) }, ' err="x: y"'],
  [{ err: new AggregateError([new Error('x')], 'all failed') }, ' err="all failed: x"'],
])('fields %o', (fields, text) => {
  expect(logfmt('m', fields)).toBe(`msg=m${text}\n`);
});

test('an error that is its own cause ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(logfmt('m', { err: error })).toBe('msg=m err=round\n');
});

test('any text stays on one line and can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = logfmt('m', { text });
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      const value = line.slice('msg=m text='.length, -1);
      expect(value.startsWith('"') ? JSON.parse(value) : value).toBe(text);
    }),
  );
});

test('a field of any length is cut, and halves no character', () => {
  const line = logfmt('m', {
    at: 'a'.repeat(16_384),
    past: `${'a'.repeat(16_383)}🦊${'b'.repeat(1_000_000)}`,
  });
  const [, at, past] = /at=(\S+) past=(\S+)/.exec(line) ?? [];
  expect(at).toHaveLength(16_384);
  expect(past).toHaveLength(16_385);
  expect(past?.isWellFormed()).toBe(true);
});
