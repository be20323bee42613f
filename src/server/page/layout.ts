import { type Html, html } from '../html.ts';
import { STYLE } from './style.ts';

/** What pages differ in. */
export interface Page {
  /** What comes before the name of the exporter in the title of the window. */
  readonly title: string;
  readonly heading: string;
  /** Beneath the heading. */
  readonly about: Html;
  /** Links to other pages: paths relative to this one, and their names. */
  readonly links: readonly (readonly [href: string, name: string])[];
  readonly main: Html;
}

const NAME = 'AWS connections exporter';

/** A whole document: it needs no script and nothing from elsewhere. */
export function layout({ title, heading, about, links, main }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – ${NAME}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>${heading}</h1>
<p class="muted">${about}</p>
<nav aria-label="Other pages"><ul>
${links.map(([href, name]) => html`<li><a href="${href}">${name}</a></li>\n`)}</ul></nav>
</header>
<main id="main" tabindex="-1">
${main}</main>
</body>
</html>
`.html;
}
