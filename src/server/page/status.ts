import { html } from '../html.ts';
import { collectorSection } from './collector.ts';
import { layout } from './layout.ts';
import type { StatusModel } from './model.ts';
import { chooseRows } from './rows.ts';
import { summary, toOverall } from './summary.ts';
import { time } from './time.ts';

/** What there is to read beside the status page. */
export interface Elsewhere {
  /** The path of the exposition, with its leading slash. */
  readonly telemetryPath: string;
  /** Whether `/api/v1/connections` answers. */
  readonly hasConnections: boolean;
}

/** The page for people: what every collector, target and endpoint is doing, and where to read on. */
export function statusPage(model: StatusModel, { telemetryPath, hasConnections }: Elsewhere): string {
  const { version, now, intakeUrls, collectors } = model;
  const overall = toOverall(model);
  const rowsOf = chooseRows(collectors);
  const intake = intakeUrls.map((url) => html` Events are taken in at <code>${url}</code>.`);
  return layout({
    title: overall.title,
    heading: 'AWS connections exporter',
    about: html`Version ${version}, as of ${time(now, new Date(now).toUTCString())}.${intake}`,
    links: [
      [`.${telemetryPath}`, 'Metrics'],
      ['./dashboards/', 'Dashboards'],
      ['./runbooks/', 'Runbooks'],
      ['./config', 'Configuration'],
      ['./-/healthy', 'Health'],
      ['./-/ready', 'Readiness'],
      ...(hasConnections ? [['./api/v1/connections', 'Connections (JSON)'] as const] : []),
    ],
    main: html`${summary(model, overall)}${collectors.map((view) => collectorSection(view, rowsOf, now))}`,
  });
}
