import type { Told } from '../../../core/websocket-event.ts';

/** What an event was, as far as it could be told. */
export type FeedEvent = 'connect' | 'disconnect' | 'message' | 'management' | 'unknown';

/** What became of it. */
export type FeedResult = Told | 'unreadable' | 'refused';

/** Every kind of event with each result that it can have. */
export const FEED_RESULTS: Readonly<Record<FeedEvent, readonly FeedResult[]>> = {
  connect: ['accepted', 'over_capacity', 'unroutable', 'refused', 'duplicate', 'too_old'],
  disconnect: ['accepted', 'over_capacity', 'unroutable', 'duplicate', 'too_old'],
  message: ['accepted', 'over_capacity', 'unroutable', 'duplicate', 'too_old'],
  management: ['accepted', 'duplicate'],
  unknown: ['unreadable', 'duplicate'],
};

/** Hears what became of each event; of one that could not be read also why, in words that repeat nothing of it. */
export type OnFeedEvent = (event: FeedEvent, result: FeedResult, reason?: string) => void;

/** How far a feed has been read. */
export interface FeedStatus {
  /** Rows or messages of the turn under way, or of the last. */
  readonly rows: number;
  /** Whether everything that was there has been read at least once. */
  readonly isComplete: boolean;
  /** How old the newest event was when it was read, in milliseconds; undefined before the first. */
  readonly delayMs: number | undefined;
}

/** A log group or a queue from which events are read, in turns. */
export interface Feed {
  /** From the beginning of a turn to that of the next at least, in milliseconds. */
  readonly everyMs: number;
  readonly status: FeedStatus;
  /**
   * Reads what there is, or much of it, and has it on disk; whether the turn came to its end before the signal aborted it, and the next goes on
   * from there. A feed that is followed may wait for more to come. Rejects when it fails; what was read before stays read.
   */
  turn(signal: AbortSignal, isFollowed: boolean): Promise<boolean>;
  /** Why an endpoint cannot be told of there although it is read, in a sentence; undefined while nothing speaks against it. */
  troubleOf?(endpointId: string): string | undefined;
}
