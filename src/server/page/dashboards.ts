import { type Html, html } from '../html.ts';
import { layout } from './layout.ts';

/** A Grafana dashboard that comes with the exporter. */
export interface Dashboard {
  /** Of its file, without the extension. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The dashboard itself. */
  readonly json: string;
}

/** The page that lists the dashboards, and says how they come into Grafana; paths are relative to its own. */
export function dashboardsPage(dashboards: readonly Dashboard[]): string {
  return layout({
    title: 'Dashboards',
    heading: 'Grafana dashboards',
    about: html`In Grafana choose Dashboards, New, Import, and upload one of these files, or paste what is in it. At the top of the dashboard choose the Prometheus that scrapes this exporter as the data source.`,
    links: [['../', 'Status']],
    main: html`<div class="card"><ul class="list">\n${dashboards.map(item)}</ul></div>\n`,
  });
}

function item({ name, title, description }: Dashboard): Html {
  return html`<li>
<h2>${title}</h2>
<p>${description}</p>
<p><a href="./${name}.json">${name}.json</a></p>
</li>
`;
}
