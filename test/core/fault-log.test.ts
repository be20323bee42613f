import { expect, test } from 'vitest';
import { FaultLog } from '../../src/core/fault-log.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { createLogBook } from '../support/log-book.ts';

const DENIED = 'not authorized; allow the action';
const LISTING = 'Listing failed';

function setUp() {
  const clock = createHandClock();
  const logger = createLogBook();
  const faults = new FaultLog({ clock, logger });
  /** One pass, 30 s after the one before; its lines. */
  const pass = async (failed: Readonly<Record<string, string>>, well: readonly string[] = []) => {
    await clock.advance(30_000);
    const before = logger.lines.length;
    for (const [id, reason] of Object.entries(failed))
      faults.fail(id, { message: LISTING, reason, fields: { id } });
    for (const id of well) faults.succeed(id, 'Recovered', { id });
    faults.say();
    return logger.lines.slice(before);
  };
  return { clock, logger, faults, pass };
}

function all(count: number, reason: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`e-${n}`, reason]));
}

test('a fault is said when it begins, when its reason changes and when it is over', async () => {
  const { pass } = setUp();
  expect(await pass({ a: DENIED })).toEqual([`error ${LISTING} {"id":"a","reason":"${DENIED}"}`]);
  for (let n = 0; n < 3; n += 1) expect(await pass({ a: DENIED })).toEqual([]);
  expect(await pass({ a: 'throttled' })).toEqual([
    `error ${LISTING} {"id":"a","reason":"throttled","times":5,"for_seconds":120}`,
  ]);
  expect(await pass({}, ['a'])).toEqual(['info Recovered {"id":"a","times":5,"for_seconds":150}']);
  expect(await pass({}, ['a'])).toEqual([]);
  expect(await pass({ a: DENIED })).toHaveLength(1);
});

test('a hundred with the same fault are one line, with their number and a few names', async () => {
  const { pass } = setUp();
  expect(await pass(all(100, DENIED))).toEqual([
    `error ${LISTING} {"count":100,"such_as":"e-0, e-1, e-2","reason":"${DENIED}"}`,
  ]);
  expect(await pass(all(100, DENIED))).toEqual([]);
  expect(await pass({ ...all(99, DENIED), b: 'throttled' })).toEqual([
    `error ${LISTING} {"id":"b","reason":"throttled"}`,
  ]);
  expect(await pass({}, Object.keys(all(100, '')))).toEqual([
    'info Recovered {"count":100,"such_as":"e-0, e-1, e-2","times":3,"for_seconds":90}',
  ]);
});

test.each([
  ['addresses', 'connect ETIMEDOUT 2600:1f18:4a2::bcd:443', 'connect ETIMEDOUT 2600:1f18:beef::9:443'],
  ['request ids', 'no (id 4f3c-9a1b)', 'no (id 7e22-01cd)'],
  ['counts', '3 of 7 endpoints failed', '12 of 70 endpoints failed'],
])('%s make no other fault of it', async (_, first, second) => {
  const { pass } = setUp();
  expect(await pass({ 'e-1': first })).toHaveLength(1);
  expect(await pass({ 'e-1': second })).toEqual([]);
});

test('what HTTP answers does', async () => {
  const { pass } = setUp();
  expect(await pass({ a: 'failed (HTTP 403)' })).toHaveLength(1);
  expect(await pass({ a: 'failed (HTTP 500)' })).toHaveLength(1);
});

test('in an hour of passes, a hundred denied endpoints make two lines', async () => {
  const { pass, logger } = setUp();
  for (let n = 0; n < 121; n += 1) await pass(all(100, DENIED));
  expect(logger.lines).toEqual([
    `error ${LISTING} {"count":100,"such_as":"e-0, e-1, e-2","reason":"${DENIED}"}`,
    `error ${LISTING} (still so) {"count":100,"such_as":"e-0, e-1, e-2","reason":"${DENIED}","times":121,"for_seconds":3600}`,
  ]);
  for (let n = 0; n < 119; n += 1) expect(await pass(all(100, DENIED))).toEqual([]);
  expect(await pass(all(100, DENIED))).toHaveLength(1);
});

test('numbers and the own name in a reason make no other fault', async () => {
  const { pass } = setUp();
  expect(await pass({ 'e-a': 'e-a: 12 rows after 0.5 s', 'e-b': 'e-b: 7 rows after 13 s' })).toHaveLength(1);
  expect(await pass({ 'e-a': 'e-a: 13 rows after 1.5 s', 'e-b': 'e-b: 9 rows after 2 s' })).toEqual([]);
});

test('who was not asked in a pass is neither well nor said again; who is gone is forgotten', async () => {
  const { pass, faults } = setUp();
  await pass({ a: DENIED });
  expect(await pass({})).toEqual([]);
  expect(await pass({ a: DENIED })).toEqual([]);
  faults.forget('a');
  expect(await pass({}, ['a'])).toEqual([]);
});

test('a subject that fails in a part has not recovered, whatever else of it went well', async () => {
  const { pass } = setUp();
  await pass({ a: DENIED });
  expect(await pass({ a: DENIED }, ['a'])).toEqual([]);
});

test('a pass that was broken off leaves no trace', async () => {
  const { pass, faults } = setUp();
  await pass({ a: DENIED });
  faults.fail('b', { message: LISTING, reason: DENIED, fields: {} });
  faults.succeed('a', 'Recovered', {});
  faults.discard();
  expect(await pass({})).toEqual([]);
  expect(await pass({}, ['a'])).toHaveLength(1);
});

test('a warning that is said once is said once', () => {
  const { faults, logger } = setUp();
  for (let n = 0; n < 3; n += 1) faults.warnOnce('key', 'Two targets', { n });
  faults.warnOnce('other', 'Two targets', { n: 3 });
  expect(logger.lines).toEqual(['warn Two targets {"n":0}', 'warn Two targets {"n":3}']);
});

test('what is said once is said of twenty things at most, each message for itself', () => {
  const { logger, faults } = setUp();
  for (let n = 0; n < 1_000; n += 1)
    for (const message of ['Odd', 'Strange']) faults.warnOnce(`${message} ${n}`, message, { n });
  expect(logger.lines).toHaveLength(40);
  expect(logger.lines.slice(-2)).toEqual([
    'warn Odd; it is not said of more {"n":19}',
    'warn Strange; it is not said of more {"n":19}',
  ]);
});

test('what happened to many is one line, also when the pass is stopped before it is said', async () => {
  const { logger, faults, pass } = setUp();
  faults.happen('a', 'It ended', { id: 'a' });
  faults.discard();
  expect(await pass({})).toEqual(['info It ended {"id":"a"}']);
  for (let n = 0; n < 10_000; n += 1) faults.happen(`e-${n}`, 'It ended', { id: n });
  expect(await pass({})).toEqual(['info It ended {"count":10000,"such_as":"e-0, e-1, e-2"}']);
  expect(await pass({})).toEqual([]);
  expect(logger.lines).toHaveLength(2);
});
