import type { Dashboard } from '../server/page/dashboards.ts';

/** The committed files, in the order in which people meet them, each with the page that explains it; read when somebody asks. */
const FILES = {
  'client-vpn-overview': {
    page: 'metrics#client-vpn',
    load: () => import('../../grafana/generated/client-vpn-overview.json', { with: { type: 'json' } }),
  },
  'client-vpn-endpoint': {
    page: 'metrics#client-vpn',
    load: () => import('../../grafana/generated/client-vpn-endpoint.json', { with: { type: 'json' } }),
  },
  websocket: {
    page: 'websocket#what-the-numbers-mean',
    load: () => import('../../grafana/generated/websocket.json', { with: { type: 'json' } }),
  },
  'site-to-site-vpn': {
    page: 'site-to-site-vpn#what-the-numbers-mean',
    load: () => import('../../grafana/generated/site-to-site-vpn.json', { with: { type: 'json' } }),
  },
  exporter: {
    page: 'metrics#the-exporter',
    load: () => import('../../grafana/generated/exporter.json', { with: { type: 'json' } }),
  },
};

/**
 * The Grafana dashboards that come with the exporter: as they are committed, and with a link to the documentation below
 * `externalUrl`; '' for none, because a path alone would lead into Grafana.
 */
export function loadDashboards(externalUrl: string): Promise<readonly Dashboard[]> {
  return Promise.all(
    Object.entries(FILES).map(async ([name, { page, load }]) => {
      const { default: committed } = await load();
      const documentation = externalUrl ? [toLink(`${externalUrl}/docs/${page}`)] : [];
      const dashboard = { ...committed, links: [...committed.links, ...documentation] };
      const { title, description } = dashboard;
      return { name, title, description, json: `${JSON.stringify(dashboard, null, 2)}\n` };
    }),
  );
}

/** As Grafana writes it. */
function toLink(url: string) {
  return {
    title: 'Documentation',
    type: 'link',
    icon: 'doc',
    tooltip: 'What the metrics mean',
    tags: [],
    asDropdown: false,
    targetBlank: true,
    includeVars: false,
    keepTime: false,
    url,
  };
}
