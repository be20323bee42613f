import type { Document, Documents } from '../server/page/documents.ts';

type Load = () => Promise<Document>;

/** The runbook of each alert, in the order of docs/alerts.md; the build renders them. */
const RUNBOOKS: Readonly<Record<string, Load>> = {
  ClientVpnConnectionSpike: () => import('../../docs/runbooks/ClientVpnConnectionSpike.md'),
  ClientVpnConnectionDrop: () => import('../../docs/runbooks/ClientVpnConnectionDrop.md'),
  ClientVpnMassDisconnect: () => import('../../docs/runbooks/ClientVpnMassDisconnect.md'),
  ClientVpnFailedToTerminate: () => import('../../docs/runbooks/ClientVpnFailedToTerminate.md'),
  ClientVpnTrafficAfterFailedTermination: () =>
    import('../../docs/runbooks/ClientVpnTrafficAfterFailedTermination.md'),
  ClientVpnEndpointNotAvailable: () => import('../../docs/runbooks/ClientVpnEndpointNotAvailable.md'),
  ClientVpnDataStale: () => import('../../docs/runbooks/ClientVpnDataStale.md'),
  ClientVpnEndpointGone: () => import('../../docs/runbooks/ClientVpnEndpointGone.md'),
  WebSocketDataStale: () => import('../../docs/runbooks/WebSocketDataStale.md'),
  WebSocketEndpointGone: () => import('../../docs/runbooks/WebSocketEndpointGone.md'),
  WebSocketGhostShareHigh: () => import('../../docs/runbooks/WebSocketGhostShareHigh.md'),
  WebSocketEstimateTooWide: () => import('../../docs/runbooks/WebSocketEstimateTooWide.md'),
  WebSocketMissedDisconnects: () => import('../../docs/runbooks/WebSocketMissedDisconnects.md'),
  WebSocketEventsStopped: () => import('../../docs/runbooks/WebSocketEventsStopped.md'),
  SiteToSiteVpnConnectionDown: () => import('../../docs/runbooks/SiteToSiteVpnConnectionDown.md'),
  SiteToSiteVpnTunnelDown: () => import('../../docs/runbooks/SiteToSiteVpnTunnelDown.md'),
  SiteToSiteVpnTunnelFlapping: () => import('../../docs/runbooks/SiteToSiteVpnTunnelFlapping.md'),
  SiteToSiteVpnNoRoutes: () => import('../../docs/runbooks/SiteToSiteVpnNoRoutes.md'),
  SiteToSiteVpnRoutesNearLimit: () => import('../../docs/runbooks/SiteToSiteVpnRoutesNearLimit.md'),
  SiteToSiteVpnDataStale: () => import('../../docs/runbooks/SiteToSiteVpnDataStale.md'),
  SiteToSiteVpnConnectionGone: () => import('../../docs/runbooks/SiteToSiteVpnConnectionGone.md'),
  AwsConnectionsExporterDown: () => import('../../docs/runbooks/AwsConnectionsExporterDown.md'),
  AwsConnectionsExporterMissing: () => import('../../docs/runbooks/AwsConnectionsExporterMissing.md'),
  AwsConnectionsExporterRestarting: () => import('../../docs/runbooks/AwsConnectionsExporterRestarting.md'),
  AwsConnectionsPassesFailing: () => import('../../docs/runbooks/AwsConnectionsPassesFailing.md'),
  AwsConnectionsPassesOverdue: () => import('../../docs/runbooks/AwsConnectionsPassesOverdue.md'),
  AwsConnectionsPassesSkipped: () => import('../../docs/runbooks/AwsConnectionsPassesSkipped.md'),
  AwsConnectionsTargetDown: () => import('../../docs/runbooks/AwsConnectionsTargetDown.md'),
  AwsConnectionsTargetGone: () => import('../../docs/runbooks/AwsConnectionsTargetGone.md'),
  AwsConnectionsThrottled: () => import('../../docs/runbooks/AwsConnectionsThrottled.md'),
  AwsConnectionsPermissionDenied: () => import('../../docs/runbooks/AwsConnectionsPermissionDenied.md'),
  AwsConnectionsRecordsRejected: () => import('../../docs/runbooks/AwsConnectionsRecordsRejected.md'),
  AwsConnectionsSeriesDropped: () => import('../../docs/runbooks/AwsConnectionsSeriesDropped.md'),
  AwsConnectionsStorageNotWritten: () => import('../../docs/runbooks/AwsConnectionsStorageNotWritten.md'),
  AwsConnectionsStorageSetAside: () => import('../../docs/runbooks/AwsConnectionsStorageSetAside.md'),
  AwsConnectionsMemoryNearLimit: () => import('../../docs/runbooks/AwsConnectionsMemoryNearLimit.md'),
  AwsConnectionsConfigReloadFailed: () => import('../../docs/runbooks/AwsConnectionsConfigReloadFailed.md'),
  AwsConnectionsIntakeEventsLost: () => import('../../docs/runbooks/AwsConnectionsIntakeEventsLost.md'),
  AwsConnectionsSourceNotRead: () => import('../../docs/runbooks/AwsConnectionsSourceNotRead.md'),
  AwsConnectionsSourceLate: () => import('../../docs/runbooks/AwsConnectionsSourceLate.md'),
  AwsConnectionsSourceEventsLost: () => import('../../docs/runbooks/AwsConnectionsSourceEventsLost.md'),
  AwsConnectionsFamilyErrors: () => import('../../docs/runbooks/AwsConnectionsFamilyErrors.md'),
};

/** What runbooks and dashboards lead to. */
const DOCS: Readonly<Record<string, Load>> = {
  alerts: () => import('../../docs/alerts.md'),
  metrics: () => import('../../docs/metrics.md'),
  websocket: () => import('../../docs/websocket.md'),
  'first-number': () => import('../../docs/first-number.md'),
  wire: () => import('../../docs/wire.md'),
  'site-to-site-vpn': () => import('../../docs/site-to-site-vpn.md'),
  accounts: () => import('../../docs/accounts.md'),
  'web-config': () => import('../../docs/web-config.md'),
  limits: () => import('../../docs/limits.md'),
  performance: () => import('../../docs/performance.md'),
  credentials: () => import('../../docs/credentials.md'),
  'in-trouble': () => import('../../docs/in-trouble.md'),
};

/** The documentation that comes with the exporter; a page is read when somebody asks for it. */
export const documents: Documents = { runbooks: toPages(RUNBOOKS), docs: toPages(DOCS) };

function toPages(loads: Readonly<Record<string, Load>>): Documents['runbooks'] {
  return new Map(Object.entries(loads));
}
