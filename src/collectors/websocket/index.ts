import type { Target } from '../../aws/targets.ts';
import { systemClock } from '../../core/clock.ts';
import type { Domain } from '../../polling/domain.ts';
import { ask } from './ask.ts';
import { type WebsocketConfig, websocketConfig } from './config.ts';
import { createReadLog, READINGS_PER_SECOND } from './feeds/source-logs.ts';
import { createQueue } from './feeds/source-sqs.ts';
import { REJECTABLE } from './ids/row.ts';
import { createScan } from './ids/source-dynamodb.ts';
import { NAME, TITLE } from './name.ts';
import { permissions } from './permissions.ts';
import { createCollector } from './poller.ts';
import { problems } from './problems.ts';
import { createReaders, toPassOptions } from './settings.ts';
import { createSource } from './source.ts';
import { State } from './state.ts';
import { warnings } from './warnings.ts';

/** Half of the ten requests a second that AWS grants an account for configuring its APIs, reading included. */
const API_GATEWAY_REQUESTS_PER_SECOND = 5;

/** API Gateway WebSocket APIs: how many of the known connection ids are alive. */
export const websocket = {
  name: NAME,
  title: TITLE,
  counted: 'connections',
  config: websocketConfig,
  docs: {
    intro:
      'Only with `websocket.enabled`. What an estimate and its bounds mean is told in [websocket.md](websocket.md).',
    everything: {
      enabled: true,
      discover: true,
      discover_source: { type: 'file', path: '{api_id}-{stage}' },
    },
    optIn: [],
  },
  rejectable: REJECTABLE,
  start(deps) {
    const state = new State(deps);
    return async ({ config, house, targets, aws }) => {
      const options = toPassOptions(config, targets, house.intake.max_connections);
      return createCollector({ ...deps, targets, aws, source: createSource(aws), state, options });
    };
  },
  permissions,
  problems,
  warnings,
  limits: ({ requests_per_second }) => ({
    'execute-api': requests_per_second,
    apigateway: API_GATEWAY_REQUESTS_PER_SECOND,
    logs: READINGS_PER_SECOND,
  }),
  ask({ config, house, targets, aws }, target, signal) {
    const { named } = toPassOptions(config, targets, house.intake.max_connections);
    const isFirst = targets.find(({ name }) => name === target.name) === target;
    const isElsewhere = ({ region }: { readonly region: string }) =>
      !targets.some((one) => one.name === target.name && one.region === region);
    const endpoints = named.filter(
      ({ target: own }) =>
        own.name === target.name && (own.region === target.region || (isFirst && isElsewhere(own))),
    );
    const readerOf = createReaders(aws, systemClock, () => {});
    const asked = {
      source: createSource(aws),
      scan: createScan(aws),
      readLog: createReadLog(aws),
      queueOf: (own: Target, url: string) => createQueue(aws, own, url),
      now: () => systemClock.now(),
      readerOf,
      endpoints,
      discovers: config.discover,
    };
    return ask(asked, target, signal);
  },
} satisfies Domain<WebsocketConfig>;
