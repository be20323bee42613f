import type { Dashboard } from './server/page/dashboards.ts';

/** The committed files, in the order in which people meet them; they are read when somebody asks for one. */
const FILES = {
  'client-vpn-overview': () =>
    import('../grafana/generated/client-vpn-overview.json', { with: { type: 'json' } }),
  'client-vpn-endpoint': () =>
    import('../grafana/generated/client-vpn-endpoint.json', { with: { type: 'json' } }),
  websocket: () => import('../grafana/generated/websocket.json', { with: { type: 'json' } }),
  exporter: () => import('../grafana/generated/exporter.json', { with: { type: 'json' } }),
};

let loaded: Promise<readonly Dashboard[]> | undefined;

/** The Grafana dashboards that come with the exporter, as they are committed; read once. */
export function loadDashboards(): Promise<readonly Dashboard[]> {
  loaded ??= Promise.all(
    Object.entries(FILES).map(async ([name, load]) => {
      const { default: dashboard } = await load();
      const { title, description } = dashboard;
      return { name, title, description, json: `${JSON.stringify(dashboard, null, 2)}\n` };
    }),
  );
  return loaded;
}
