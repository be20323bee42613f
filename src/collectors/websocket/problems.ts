import { given } from '../../fields/given.ts';
import { nearest } from '../../fields/nearest.ts';
import type { Fault, House, IsSound } from '../../polling/domain.ts';
import { type EndpointConfig, readPlace, type UrlPlace, type WebsocketConfig } from './config.ts';
import { queueKey } from './queue-url.ts';

/** The sections that must fit each other; a key that is not sound can hold anything. */
interface Sections extends House {
  readonly websocket: WebsocketConfig;
  readonly isSound: IsSound;
}

/** What is wrong with endpoints in view of the other endpoints, of the targets and of the intake. */
export function* problems(websocket: WebsocketConfig, house: House, isSound: IsSound): Iterable<Fault> {
  if (!isSound('websocket', 'enabled') || !isSound('websocket', 'discover')) return;
  const sections = { targets: house.targets, intake: house.intake, websocket, isSound };
  yield* targetFaults(sections);
  yield* eventFaults(sections);
  yield* idleFaults(sections);
  yield* excludeFaults(sections);
}

/** Each endpoint whose own keys of these names are right. */
function* soundEndpoints({ websocket, isSound }: Sections, ...names: readonly string[]) {
  if (!Array.isArray(websocket.endpoints)) return;
  for (const [index, endpoint] of websocket.endpoints.entries()) {
    const keys = ['endpoints', index];
    if (names.every((name) => isSound('websocket', ...keys, name))) yield { keys, index, endpoint };
  }
}

function* targetFaults(sections: Sections): Iterable<Fault> {
  const { targets, isSound } = sections;
  if (!isSound('targets')) return;
  const names = targets.map(({ name }) => name);
  for (const { keys, endpoint } of soundEndpoints(sections, 'target')) {
    if (endpoint.target === null) {
      const message = `is needed with several targets: one of ${names.join(', ')}`;
      if (targets.length > 1) yield { keys: [...keys, 'target'], message };
    } else if (!names.includes(endpoint.target)) {
      const message = `there is no target ${given(endpoint.target)}, did you mean ${nearest(endpoint.target, names)}?`;
      yield { keys: [...keys, 'target'], message };
    }
  }
  for (const { keys, endpoint } of soundEndpoints(sections, 'target', 'url', 'region', 'source')) {
    const target = targets.find(({ name }) => name === (endpoint.target ?? names[0]));
    if (endpoint.target === null && targets.length > 1) continue;
    if (target === undefined || target.regions.length < 2 || readPlace(endpoint).region !== undefined)
      continue;
    const message = `is needed: target ${target.name} has several regions, ${target.regions.join(', ')}`;
    yield { keys: [...keys, 'region'], message };
  }
}

function* eventFaults(sections: Sections): Iterable<Fault> {
  const { websocket, intake, isSound } = sections;
  const listening = [...soundEndpoints(sections, 'url', 'region', 'source')].flatMap(
    ({ keys, index, endpoint }) => {
      const place = readPlace(endpoint);
      const feed = feedOf(endpoint, place.region);
      return feed === undefined ? [] : [{ keys: [...keys, 'source'], index, feed, place }];
    },
  );
  const discovered = websocket.discover && isSound('websocket', 'discover_source');
  const discoversHere = discovered && websocket.discover_source.type === 'intake';

  if (websocket.enabled && isSound('intake', 'enabled') && !intake.enabled) {
    const message = 'the intake is off; set intake.enabled: true';
    for (const { keys } of listening.filter(({ feed }) => feed === 'intake'))
      yield { keys: [...keys, 'type'], message };
    if (discoversHere) yield { keys: ['discover_source', 'type'], message };
  }

  for (const [before, { keys, feed, place }] of listening.entries()) {
    const others = listening.filter((other) => other.feed === feed).length - 1;
    if (others + Number(discovered && websocket.discover_source.type === feed.split(' ')[0]) < 1) continue;
    if (place.stage === undefined) {
      yield { keys: [...keys, 'stage'], message: 'is needed to tell the events of several endpoints apart' };
      continue;
    }
    const twin = listening
      .slice(0, before)
      .find((other) => other.feed === feed && sameEvents(other.place, place));
    if (twin === undefined) continue;
    const message = `has the events of endpoints[${twin.index}]: another api_id or stage must tell them apart`;
    yield { keys, message };
  }
}

/** What tells the events of an endpoint, beginning with its type; undefined where ids are listed. */
function feedOf({ source, target }: EndpointConfig, region = ''): string | undefined {
  if (source.type === 'intake') return source.type;
  if (source.type === 'sqs') return [source.type, queueKey(source.queue_url)].join(' ');
  return source.type === 'access_log'
    ? [source.type, target ?? '', region, source.log_group].join(' ')
    : undefined;
}

function sameEvents(one: UrlPlace, other: UrlPlace): boolean {
  if (one.stage !== other.stage) return false;
  if (one.apiId === undefined || other.apiId === undefined) return one.host === other.host;
  return one.apiId === other.apiId;
}

function* idleFaults({ websocket, isSound }: Sections): Iterable<Fault> {
  if (!websocket.enabled || websocket.discover || !isSound('websocket', 'endpoints')) return;
  if (websocket.endpoints.length > 0) return;
  yield {
    keys: ['endpoints'],
    message: 'there is nothing to look at; name endpoints here, or set discover: true',
  };
}

function* excludeFaults(sections: Sections): Iterable<Fault> {
  const { websocket, isSound } = sections;
  if (!isSound('websocket', 'exclude')) return;
  const places = [...soundEndpoints(sections, 'url', 'region', 'source')].map(({ index, endpoint }) => ({
    index,
    ...readPlace(endpoint),
  }));
  for (const [index, text] of websocket.exclude.entries()) {
    const twin = places.find(({ apiId, stage }) => apiId === text || `${apiId}/${stage}` === text);
    if (twin === undefined) continue;
    const message = `${given(text)} is also named, by endpoints[${twin.index}]; leave it out of one of the two`;
    yield { keys: ['exclude', index], message };
  }
}
