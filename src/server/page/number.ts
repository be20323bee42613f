import { type Html, html } from '../html.ts';

/** Nothing is said where nothing true can be said: a dash, which is not a zero, and words for who cannot see it. */
export const NO_DATA: Html = html`<span aria-hidden="true">–</span><span class="unseen">no data</span>`;

/** The most characters of a name on the page. */
export const MOST_CHARACTERS = 256;

/** A whole number, its thousands grouped. */
export function toNumber(value: number): string {
  return value.toLocaleString('en-US');
}

/** How many of something: "1 endpoint", "1,200 endpoints". */
export function toCount(value: number, noun: string): string {
  return `${toNumber(value)} ${noun}${value === 1 ? '' : 's'}`;
}
