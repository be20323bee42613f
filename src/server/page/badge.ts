import { type Html, html } from '../html.ts';

/** How something is: each has a colour, and a symbol for who sees no colours. */
export type Tone = 'good' | 'warn' | 'bad' | 'waiting';

/** Strokes on a field of 16 by 16. */
const SYMBOLS: Readonly<Record<Tone, string>> = {
  good: 'M3.5 8.5l3 3 6-7',
  warn: 'M8 2.5v7M8 12.7v.8',
  bad: 'M4 4l8 8M12 4l-8 8',
  waiting: 'M8 3.5V8l3 2M8 1.2a6.8 6.8 0 1 0 .01 0',
};

/** The symbol of a tone; the words beside it say the same. */
export function symbol(tone: Tone): Html {
  return html`<svg class="symbol" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path d="${SYMBOLS[tone]}"/></svg>`;
}

/** A word or two on how something is. */
export function badge(tone: Tone, words: string): Html {
  return html`<span class="badge ${tone}">${symbol(tone)}${words}</span>`;
}
