import type { Answer, Call } from '../wire/service.ts';
import { answerLogs, groupNotFound, invalid, wrongClass } from './errors.ts';
import { type FilterRequest, readFilterRequest } from './filter-request.ts';
import { type LogEvent, type LogGroup, type Place, sizeOf, startOf } from './group.ts';
import { PageTokens } from './tokens.ts';
import type { LogsWorld } from './world.ts';

export interface PageOptions {
  /** How many events are looked at for one page, whether or not they match; no end if not given. */
  readonly scannedPerPage?: number;
}

interface Page {
  readonly events: readonly LogEvent[];
  /** Where the next page begins; absent when there is nothing more, and nothing on this page either. */
  readonly next?: Place;
}

const pageBytes = 1024 * 1024;

/** Answers FilterLogEvents, page by page: a page that holds anything has a token, also the last one. */
export function createFilterLogEvents(
  world: LogsWorld,
  { scannedPerPage = Number.POSITIVE_INFINITY }: PageOptions,
): (call: Call) => Answer {
  const tokens = new PageTokens<Place>(world.now);

  function cut(group: LogGroup, request: FilterRequest, from: Place): Page {
    const { matches, limit, isForward, startTime, endTime } = request;
    const events: LogEvent[] = [];
    let next = from;
    let bytes = 0;
    let scanned = 0;
    for (const event of isForward ? group.forward(from, world.now()) : group.backward(from, world.now())) {
      if (isForward ? event.timestamp > endTime : event.timestamp < startTime) break;
      if (scanned++ === scannedPerPage) return { events, next };
      if (matches(event)) {
        bytes += sizeOf(event.message);
        if (events.length === limit || (events.length > 0 && bytes > pageBytes)) return { events, next };
        events.push(event);
      }
      next = isForward ? { ...event, number: event.number + 0.5 } : event;
    }
    return events.length > 0 ? { events, next } : { events };
  }

  return function filterLogEvents(call) {
    const request = readFilterRequest(call);
    const group = world.group(request.group);
    if (!group) throw groupNotFound;
    if (group.class !== 'STANDARD') throw wrongClass(group.name, group.class);
    const { scope, nextToken } = request;
    const from = nextToken === undefined ? beginningOf(request) : tokens.read(scope, nextToken);
    if (!from) throw invalid('The specified nextToken is invalid.');
    const page: Page = call.fault === 'empty-pages' ? { events: [], next: from } : cut(group, request, from);
    const next = page.next && tokens.issue(scope, page.next);
    const token = call.fault === 'repeating-token' ? (nextToken ?? next) : next;
    return answerLogs({
      ...(call.fault === 'missing-connections' ? {} : { events: page.events.map(toEvent) }),
      searchedLogStreams: [],
      ...(token === undefined ? {} : { nextToken: token }),
    });
  };
}

function beginningOf({ isForward, startTime, endTime }: FilterRequest): Place {
  return startOf(isForward ? startTime : endTime + 1);
}

/** The id is a number whose bits above 144 are the event's own time. */
function toEvent({ stream, timestamp, message, ingestionTime, number }: LogEvent) {
  const eventId = (BigInt(timestamp) << 144n) | (BigInt(ingestionTime) << 96n) | (BigInt(number) << 48n);
  return { logStreamName: stream, timestamp, message, ingestionTime, eventId: eventId.toString() };
}
