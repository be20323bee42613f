import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { clientVpnEndpoint } from './client-vpn/endpoint-dashboard.ts';
import { clientVpnOverview } from './client-vpn/overview-dashboard.ts';
import { exporter } from './exporter/dashboard.ts';
import { forGrafanaCom } from './parts/grafana-com.ts';
import { siteToSiteVpn } from './site-to-site-vpn/dashboard.ts';
import { websocket } from './websocket/dashboard.ts';

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
