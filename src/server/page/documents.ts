import { html } from '../html.ts';
import { layout } from './layout.ts';

/** A page of the documentation, rendered when the exporter was built. */
export interface Document {
  readonly title: string;
  /** HTML: what comes beneath the title. */
  readonly html: string;
}

/** The documentation that comes with the exporter: its pages, read when asked for, by the last part of their path. */
export interface Documents {
  /** By alert. */
  readonly runbooks: ReadonlyMap<string, () => Promise<Document>>;
  readonly docs: ReadonlyMap<string, () => Promise<Document>>;
}

/** The page at /runbooks/, which lists the documentation; paths are relative to its own. */
export function documentsPage({ runbooks, docs }: Documents): string {
  const items = [...runbooks.keys()].map((name) => html`<li><a href="./${name}">${name}</a></li>\n`);
  return layout({
    title: 'Runbooks',
    heading: 'Runbooks',
    about: html`For each alert: what it means, how to check, what to do, and when to ignore it.`,
    links: [
      ['../', 'Status'],
      ...[...docs.keys()].map((name) => [`../docs/${name}`, `Guide: ${name}`] as const),
    ],
    main: html`<div class="card"><ul>\n${items}</ul></div>\n`,
  });
}

/** One page of the documentation; it stands one folder below the status page. */
export function documentPage(document: Document): string {
  return layout({
    title: document.title,
    heading: document.title,
    about: html`From the documentation of this version of the exporter.`,
    links: [
      ['../', 'Status'],
      ['../runbooks/', 'Runbooks'],
    ],
    main: html`<article class="card prose">${document}</article>\n`,
  });
}
