import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { restarts } from './annotations.ts';
import { place, type Section } from './layout.ts';
import { links, TAG } from './links.ts';
import { type Choices, variables } from './variables.ts';

/** The schema of Grafana 10.4, the oldest that the dashboards are for; younger ones bring it up to date as they read it. */
const SCHEMA_VERSION = 39;

/** What one dashboard has of its own. */
export interface Content {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tag: string;
  readonly choices: Choices;
  readonly sections: readonly Section[];
}

/** A dashboard with everything that all of them have in common. */
export function dashboard({ uid, title, description, tag, choices, sections }: Content): Dashboard {
  const built = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG, tag])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .variables(variables(choices))
    .annotation(restarts())
    .links(links())
    .build();
  return {
    ...built,
    schemaVersion: SCHEMA_VERSION,
    panels: place(sections),
    annotations: { list: built.annotations.list?.map(inSight) ?? [] },
    links: built.links?.map(inSight) ?? [],
  };
}

/** The builders put everything into a menu, which hides it, and know no other place. */
function inSight<T extends { placement?: unknown }>({ placement: _, ...rest }: T): Omit<T, 'placement'> {
  return rest;
}
