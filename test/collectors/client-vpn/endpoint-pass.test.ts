import { expect, test } from 'vitest';
import type { ConnectionRows } from '../../../src/aws/connections/rows.ts';
import { passEndpoint } from '../../../src/collectors/client-vpn/endpoint-pass.ts';
import type { PassDeps, PassOptions } from '../../../src/collectors/client-vpn/pass-options.ts';
import type { Source } from '../../../src/collectors/client-vpn/source.ts';
import { State, type View } from '../../../src/collectors/client-vpn/state.ts';
import { Stopped } from '../../../src/core/collector.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { LONGEST_GAP_MS, plain, raw, SCOPE } from '../../support/client-vpn.ts';
import { type RawConnection, rowsOf } from '../../support/connection-rows.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';

type Pages = () => AsyncIterable<ConnectionRows>;

/** Passes over one endpoint, whose pages the test gives. */
async function createDesk(changes: Partial<PassOptions> = {}) {
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage('', { clock, logger });
  let pages: Pages = async function* () {};
  const source: Source = {
    accountId: async () => SCOPE.accountId,
    knownAccount: () => SCOPE.accountId,
    endpointPages: async function* () {},
    connectionPages: () => pages(),
  };
  const rejected: string[] = [];
  const dropped: [string, number][] = [];
  const deps: PassDeps = {
    source,
    state: new State({ storage, clock, logger }),
    clock,
    logger,
    reject: (field) => rejected.push(field),
    drop: (reason, series) => dropped.push([reason, series]),
    onPage: () => {},
  };
  const options: PassOptions = {
    selection: { named: [], tags: new Map(), exclude: [] },
    named: { noun: 'endpoint', key: 'client_vpn.endpoints', ids: [] },
    books: { identity: plain.tag, filters: [] },
    identity: plain,
    redact: (text) => text,
    concurrency: 1,
    staleAfterMs: LONGEST_GAP_MS,
    maxUsers: undefined,
    maxConnections: undefined,
    ...changes,
  };
  const target = { name: 'home', region: SCOPE.region };
  let previous: View | undefined;
  let controller = new AbortController();
  const pass = async (next: Pages) => {
    pages = next;
    controller = new AbortController();
    await clock.advance(30_000);
    const { signal } = controller;
    const outcome = await passEndpoint(
      { target, scope: SCOPE, endpoint: undefined, previous },
      options,
      deps,
      signal,
    );
    deps.state.published.faults.say();
    previous = outcome.view;
    return outcome;
  };
  return {
    pass,
    stop: () => controller.abort(new Stopped('reloaded')),
    rejected,
    dropped,
    log: logger.lines,
  };
}

function rows(...all: RawConnection[]): Pages {
  return async function* () {
    yield rowsOf(all.map(raw));
  };
}

const broken: Pages = async function* () {
  yield rowsOf([raw({ IngressBytes: '1000' })]);
  throw new Error('the second page never came');
};

test('a listing that breaks off changes nothing but up, and the next complete one catches up', async () => {
  const { pass, log } = await createDesk();
  const { view: before } = await pass(rows({ IngressBytes: '100' }));
  const { view: after, failed } = await pass(broken);
  expect(failed).toBe(true);
  expect(after).toMatchObject({ up: false, last: before?.last, counters: before?.counters });
  expect(log.at(-1)).toContain('the second page never came');
  const { view } = await pass(rows({ IngressBytes: '107' }));
  expect(view).toMatchObject({ up: true, error: undefined });
  expect(view?.counters?.ledger).toMatchObject({ opened: 0, totals: { active: [7, 0, 0, 0] } });
  expect(log.at(-1)).toMatch(/^info A Client VPN endpoint recovered/);
});

test('a pass that is stopped leaves everything as it was, and says nothing', async () => {
  const { pass, stop, log } = await createDesk();
  const { view: before } = await pass(rows({ IngressBytes: '100' }));
  const stopped: Pages = async function* () {
    yield rowsOf([raw({ IngressBytes: '1000' })]);
    stop();
    throw new Error('the call was given up');
  };
  expect(await pass(stopped)).toEqual({ view: before, failed: false });
  expect(log).toEqual([]);
  const { view } = await pass(rows({ IngressBytes: '107' }));
  expect(view?.counters?.ledger).toMatchObject({ opened: 0, totals: { active: [7, 0, 0, 0] } });
});

test('what AWS says of a failure passes through redaction', async () => {
  const { pass, log } = await createDesk({ redact: (text) => text.replaceAll('the second page', '<name>') });
  const { view } = await pass(broken);
  expect(view?.error).toContain('<name> never came');
  expect(log.join()).not.toContain('the second page');
});

test('a row without an id is left out, and the rest of its page counts', async () => {
  const { pass, rejected } = await createDesk();
  const { view } = await pass(rows({ ConnectionId: '' }, { ConnectionId: 'b', EgressBytes: '-' }));
  expect(rejected).toEqual(['connection_id', 'egress_bytes']);
  expect(view?.last?.listing.byStatus.get('active')?.connections).toBe(1);
});

test('what a cap leaves out is counted by series: three by user, four by connection, one by posture', async () => {
  const { pass, dropped } = await createDesk({ maxUsers: 1, maxConnections: 1 });
  const postures = Array.from({ length: 22 }, (_, index) => `posture ${index}`);
  const { view } = await pass(
    rows(
      { ConnectionId: 'a', Username: 'alice', PostureComplianceStatuses: postures },
      { ConnectionId: 'b', Username: 'bob' },
      { ConnectionId: 'c', Username: 'carol' },
      { ConnectionId: 'd', Username: 'dave', Status: { Code: 'terminated' } },
    ),
  );
  expect(dropped).toEqual([
    ['user_cap', 9],
    ['connection_cap', 8],
    ['posture_cap', 2],
    ['status_cap', 0],
  ]);
  expect(view?.last?.exported.map(({ id }) => id)).toEqual(['a']);
});
