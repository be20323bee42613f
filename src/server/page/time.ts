import { type Html, html } from '../html.ts';

/** How long ago an instant was; both in milliseconds since 1970. */
export function ago(at: number, now: number): Html {
  return time(at, `${toSpan(now - at)} ago`);
}

/** How long it is until an instant. */
export function until(at: number, now: number): Html {
  return time(at, `in ${toSpan(at - now)}`);
}

/** An instant that machines can read, with this text for people. */
export function time(at: number, text: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${text}</time>`;
}

function toSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
