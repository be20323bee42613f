import { familiesOf, type Readable } from '../../polling/families.ts';
import { NAME } from './name.ts';
import type { LastPass, View } from './state.ts';

/** What the domain's families read. */
export type ReadableState = Readable<View, LastPass>;

/** Makes the domain's families. */
export function makersOf(state: ReadableState) {
  return familiesOf(NAME, state);
}

/** `ingress_bytes` in words: `ingress bytes (sent by clients)`; the direction is the service's. */
export function inWords(counter: string): string {
  const [direction, unit] = counter.split('_');
  return `${direction} ${unit} (${direction === 'ingress' ? 'sent' : 'received'} by clients)`;
}
