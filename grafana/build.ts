import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { clientVpnEndpoint } from './dashboards/client-vpn-endpoint.ts';
import { clientVpnOverview } from './dashboards/client-vpn-overview.ts';
import { exporter } from './dashboards/exporter.ts';
import { siteToSiteVpn } from './dashboards/site-to-site-vpn.ts';
import { websocket } from './dashboards/websocket.ts';
import { forGrafanaCom } from './parts/grafana-com.ts';

const DASHBOARDS: Readonly<Record<string, () => Dashboard>> = {
  'client-vpn-overview': clientVpnOverview,
  'client-vpn-endpoint': clientVpnEndpoint,
  websocket,
  'site-to-site-vpn': siteToSiteVpn,
  exporter,
};

/** Every dashboard as it is imported, and as grafana.com takes it, by its file in `grafana/` without `.json`. */
export function dashboardFiles(): ReadonlyMap<string, object> {
  const files = new Map<string, object>();
  for (const [name, build] of Object.entries(DASHBOARDS)) {
    files.set(`generated/${name}`, build());
    files.set(`grafana.com/${name}`, forGrafanaCom(build()));
  }
  return files;
}
