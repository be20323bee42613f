import { text as clientVpn } from '../../config/prometheus/rules/client-vpn.yml';
import { text as exporter } from '../../config/prometheus/rules/exporter.yml';
import { text as siteToSiteVpn } from '../../config/prometheus/rules/site-to-site-vpn.yml';
import { text as websocket } from '../../config/prometheus/rules/websocket.yml';

/** The rules that come with the exporter, as one file for Prometheus; their runbooks are below `externalUrl`, '' for paths alone. */
export function toRules(externalUrl: string): string {
  const [first = '', ...others] = [clientVpn, websocket, siteToSiteVpn, exporter];
  const groups = others.map((text) => text.replace('\ngroups:\n', '\n'));
  return [first, ...groups].join('').replaceAll(' runbook_url: /', ` runbook_url: ${externalUrl}/`);
}
