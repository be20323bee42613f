import { formatDuration } from '../../fields/duration.ts';
import type { House } from '../../polling/domain.ts';
import { readPlace, type WebsocketConfig } from './config.ts';
import { quotaProblem } from './feeds/log-quota.ts';

/** With fewer answers an estimate says little, and a pass that was cut short publishes none. */
const FEWEST_LOOKUPS = 30;
/** What a pass plans to use of the look-ups that it may make until its deadline. */
const PLANNED_SHARE = 0.8;

/** What is probably not meant in the section, a line each. */
export function* warnings(config: WebsocketConfig, house: House): Iterable<string> {
  if (!config.enabled && config.endpoints.length > 0)
    yield 'websocket.endpoints: has no effect while websocket.enabled is false';
  if (!config.discover && config.exclude.length > 0)
    yield 'websocket.exclude: has no effect while websocket.discover is false';
  yield* urlWarnings(config);
  yield* sourceWarnings(config);
  yield* feedWarnings(config, house);
  yield* budgetWarnings(config, house);
  yield* intakeWarnings(config, house);
}

function* urlWarnings({ endpoints }: WebsocketConfig) {
  for (const [index, { url }] of endpoints.entries()) {
    const { host, pathname } = new URL(url);
    const path = `websocket.endpoints[${index}].url`;
    if (host.includes('.execute-api.') && /^\/*$/.test(pathname))
      yield `${path}: has no stage, so every call will be refused`;
    if (url.endsWith('/')) yield `${path}: is read without the slash at its end`;
  }
}

function* sourceWarnings({ endpoints }: WebsocketConfig) {
  const first = new Map<string, number>();
  for (const [index, { source, target, region }] of endpoints.entries()) {
    // Events say whose they are.
    if (source.type !== 'file' && source.type !== 'dynamodb') continue;
    const place = source.type === 'file' ? source.path : [target, region, source.table].join(' ');
    const before = first.get(`${source.type} ${place}`);
    if (before === undefined) first.set(`${source.type} ${place}`, index);
    else
      yield `websocket.endpoints[${index}].source: reads what endpoints[${before}] reads: a connection of an API answers ` +
        'through each of its stages, and would be counted at both';
  }
}

function* feedWarnings({ endpoints }: WebsocketConfig, { targets }: House) {
  const places = new Map<string, Map<string, number>>();
  for (const [index, endpoint] of endpoints.entries()) {
    const { source } = endpoint;
    if (source.type === 'sqs' && source.queue_url.endsWith('.fifo'))
      yield `websocket.endpoints[${index}].source.queue_url: is a FIFO queue, where a message that cannot be read keeps back all after it: ` +
        'use a standard queue, for the order of events makes no difference';
    if (source.type !== 'access_log') continue;
    const target = targets.find(({ name }) => name === endpoint.target) ?? targets[0];
    const place = [target?.name, readPlace(endpoint).region ?? target?.regions[0]].filter(Boolean).join(', ');
    const polls = places.get(place) ?? new Map<string, number>();
    polls.set(source.log_group, Math.min(source.poll, polls.get(source.log_group) ?? source.poll));
    places.set(place, polls);
  }
  for (const [place, polls] of places) {
    const problem = quotaProblem([...polls.values()]);
    if (problem !== undefined) yield `websocket.endpoints: of target ${place}, ${problem}`;
  }
}

function* budgetWarnings(websocket: WebsocketConfig, { targets }: House) {
  if (!websocket.enabled) return;
  const { requests_per_second: rate, timeout } = websocket;
  const places = websocket.endpoints.map((endpoint) => {
    const target = targets.find(({ name }) => name === endpoint.target) ?? targets[0];
    const region = readPlace(endpoint).region ?? target?.regions[0];
    return [target?.name, region].filter(Boolean).join(', ');
  });
  for (const place of new Set(places)) {
    const endpoints = places.filter((other) => other === place).length;
    const lookups = Math.floor((rate * (timeout / 1000) * PLANNED_SHARE) / endpoints);
    if (lookups >= FEWEST_LOOKUPS) continue;
    yield `websocket.requests_per_second: ${rate} a second for ${formatDuration(timeout)} leave ${lookups} look-ups a pass ` +
      `to each endpoint of target ${place} (${endpoints}); below ${FEWEST_LOOKUPS}, estimates will be wide or absent`;
  }
}

function* intakeWarnings(websocket: WebsocketConfig, { intake }: House) {
  if (!intake.enabled) return;
  const { endpoints, discover, discover_source: discoverOrigin } = websocket;
  const sources = [...endpoints.map(({ source }) => source), ...(discover ? [discoverOrigin] : [])];
  if (!websocket.enabled) yield 'intake.enabled: has no effect while websocket.enabled is false';
  else if (!sources.some(({ type }) => type === 'intake'))
    yield 'intake.enabled: no endpoint has source: {type: intake}, so every event will be thrown away';
}
