import { expect, test } from 'vitest';
import { createOwnCounters } from '../../../src/app/own-families.ts';
import { createCollector } from '../../../src/collectors/client-vpn/poller.ts';
import type { Source } from '../../../src/collectors/client-vpn/source.ts';
import { State } from '../../../src/collectors/client-vpn/state.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { LONGEST_GAP_MS, plain, raw, SCOPE } from '../../support/client-vpn.ts';
import { rowsOf } from '../../support/connection-rows.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';

const [HERE, THERE] = ['eu-west-1', 'us-east-1'];

/** A collector of two regions with one endpoint each, named after its region. */
async function createDesk(change: Partial<Source> = {}) {
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage('', { clock, logger });
  const source: Source = {
    accountId: async () => SCOPE.accountId,
    knownAccount: () => SCOPE.accountId,
    async *endpointPages({ region }) {
      yield [{ ClientVpnEndpointId: region }];
    },
    async *connectionPages() {
      yield rowsOf([raw()]);
    },
    ...change,
  };
  const collector = createCollector({
    ...createOwnCounters(),
    targets: [HERE, THERE].map((region) => ({ name: region, region })),
    source,
    state: new State({ storage, clock, logger }),
    clock,
    logger,
    options: {
      selection: { named: [], tags: new Map(), exclude: [] },
      named: { noun: 'endpoint', key: 'client_vpn.endpoints', ids: [] },
      books: { identity: plain.tag, filters: [] },
      identity: plain,
      redact: (text) => text,
      concurrency: 1,
      staleAfterMs: LONGEST_GAP_MS,
      maxUsers: undefined,
      maxConnections: undefined,
    },
    onProgress: () => {},
  });
  await collector.restore();
  const pass = () => collector.collect(new AbortController().signal, async () => {});
  const up = () =>
    Object.fromEntries(
      collector.status().map(({ region, up, endpoints }) => [
        region,
        {
          target: up,
          ...Object.fromEntries(endpoints.map((endpoint) => [endpoint.endpointId, endpoint.up])),
        },
      ]),
    );
  return { pass, up, log: logger.lines };
}

test('a target that throws what nobody thought of leaves the other published, and its own as not up', async () => {
  let isBroken = false;
  const { pass, up, log } = await createDesk({
    async *endpointPages({ region }) {
      // Nothing can be said of it: explaining it throws as well.
      if (isBroken && region === THERE) await Promise.reject();
      yield [{ ClientVpnEndpointId: region }];
    },
  });
  await pass();
  expect(up()).toEqual({ [HERE]: { target: true, [HERE]: true }, [THERE]: { target: true, [THERE]: true } });

  isBroken = true;
  await expect(pass()).rejects.toThrow('1 of 2 targets failed, 1 of 2 endpoints failed');
  expect(up()).toEqual({
    [HERE]: { target: true, [HERE]: true },
    [THERE]: { target: false, [THERE]: false },
  });
  const lines = log.filter((line) => line.startsWith('error'));
  expect(lines).toEqual([
    expect.stringMatching(/^error A target could not be polled .*"region":"us-east-1"/),
  ]);

  isBroken = false;
  await pass();
  expect(up()).toMatchObject({ [THERE]: { target: true, [THERE]: true } });
});

test('a target that throws so at its first pass takes no other down either', async () => {
  const { pass, up } = await createDesk({
    async *endpointPages({ region }) {
      if (region === THERE) await Promise.reject();
      yield [{ ClientVpnEndpointId: region }];
    },
  });
  await expect(pass()).rejects.toThrow('1 of 2 targets failed');
  expect(up()).toEqual({ [HERE]: { target: true, [HERE]: true }, [THERE]: { target: false } });
});
