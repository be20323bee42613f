import { systemClock } from '../../core/clock.ts';
import type { Domain } from '../../polling/domain.ts';
import { ask } from './ask.ts';
import type { WebsocketConfig } from './config.ts';
import { NAME, TITLE } from './name.ts';
import { permissions } from './permissions.ts';
import { createCollector } from './poller.ts';
import { REJECTABLE } from './row.ts';
import { createListings, toPassOptions } from './settings.ts';
import { createSource } from './source.ts';
import { createScan } from './source-dynamodb.ts';
import { State } from './state.ts';

/** API Gateway WebSocket APIs: how many of the known connection ids are alive. */
export const websocket = {
  name: NAME,
  title: TITLE,
  rejectable: REJECTABLE,
  start(deps) {
    const state = new State(deps);
    return async ({ config, targets, aws, maxConnections }) => {
      const options = toPassOptions(config, targets, maxConnections);
      return createCollector({ ...deps, targets, aws, source: createSource(aws), state, options });
    };
  },
  permissions,
  ask({ config, targets, aws, maxConnections }, target, signal) {
    const { named } = toPassOptions(config, targets, maxConnections);
    const isFirst = targets.find(({ name }) => name === target.name) === target;
    const isElsewhere = ({ region }: { readonly region: string }) =>
      !targets.some((one) => one.name === target.name && one.region === region);
    const endpoints = named.filter(
      ({ target: own }) =>
        own.name === target.name && (own.region === target.region || (isFirst && isElsewhere(own))),
    );
    const listingOf = createListings(aws, systemClock, () => {});
    const asked = {
      source: createSource(aws),
      scan: createScan(aws),
      listingOf,
      endpoints,
      discovers: config.discover,
    };
    return ask(asked, target, signal);
  },
} satisfies Domain<WebsocketConfig>;
