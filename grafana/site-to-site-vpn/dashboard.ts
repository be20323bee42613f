import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard } from '../parts/dashboard.ts';
import { SITE_TO_SITE_VPN } from '../parts/domains.ts';
import { healthPanels } from '../parts/endpoints.ts';
import { vpnConnections, vpnTunnels } from './tables.ts';
import { vpnHeadlines, vpnHistory, vpnStates } from './tunnels.ts';

/** Site-to-Site VPN connections and their tunnels. */
export function siteToSiteVpn(): Dashboard {
  return dashboard({
    uid: 'aws-site-to-site-vpn',
    title: 'AWS Site-to-Site VPN',
    description:
      'Tunnels of Site-to-Site VPN connections: which are up of how many that should be, why not, their routes and their changes.',
    tag: 'aws-site-to-site-vpn',
    choices: {
      metric: 'aws_site_to_site_vpn_up',
      endpoints: { variable: 'vpn_connection_id', info: 'aws_site_to_site_vpn_info' },
    },
    sections: [
      { panels: [...vpnHeadlines(), ...vpnHistory()] },
      { title: 'Connections and tunnels', panels: [vpnConnections(), vpnTunnels()] },
      { title: 'Health', panels: [...healthPanels(SITE_TO_SITE_VPN), vpnStates()] },
    ],
  });
}
