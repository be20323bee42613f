const DOMAINS = ['client-vpn-overview', 'client-vpn-endpoint', 'websocket', 'site-to-site-vpn'];

/** What a query must show: something, nothing, or these values. */
type Look = 'data' | 'nothing' | readonly number[];
/** Looks by `dashboard, panel, letter of the query`. */
export type Looks = Readonly<Record<string, Look>>;

/** The same looks on all dashboards about endpoints. */
const onDomains = (looks: Looks): Looks =>
  Object.fromEntries(
    DOMAINS.flatMap((name) => Object.entries(looks).map(([where, look]) => [`${name}, ${where}`, look])),
  );

/** There is nothing to tell: no fault, no session near its timeout, and keys that never expire. */
const UNEVENTFUL: Looks = {
  'exporter, Credentials left, A': 'nothing',
  'exporter, Faults by operation, A': 'nothing',
  'exporter, Families, files and log lines lost, A': 'nothing',
  'client-vpn-endpoint, Oldest sessions, B': 'nothing',
};

/** What each connection of the demo has, in the order of their names; the tunnels of the demo stand still here. */
const VPN_UP: Looks = {
  'site-to-site-vpn, Endpoints in trouble, B': [0],
  'site-to-site-vpn, Tunnels up, A': [4],
  'site-to-site-vpn, Tunnels up, B': [4],
  'site-to-site-vpn, Connections down, A': [0],
  'site-to-site-vpn, Connections, G': [1, 1],
};

/** All is well: what is not named shows data. */
export const HEALTHY: Looks = {
  ...UNEVENTFUL,
  ...onDomains({ 'Exporter, A': [1], 'Endpoints in trouble, A': [0] }),
  'client-vpn-overview, Endpoints in trouble, B': [0],
  'client-vpn-overview, Endpoints, G': [1, 1, 1],
  'client-vpn-endpoint, Endpoints in trouble, B': [0],
  'client-vpn-endpoint, Settings, B': [1, 1, 1],
  'websocket, Endpoints, G': [1, 1, 1],
  ...VPN_UP,
  'exporter, Exporters down, A': [0],
  'exporter, Collectors failing, A': [0],
  'exporter, Targets failing, A': [0],
};

/** One of three endpoints cannot be polled, and says so; what is not named shows data, of the others. */
export const FAULTY: Looks = {
  ...HEALTHY,
  ...onDomains({ 'Endpoints in trouble, A': [1] }),
  'client-vpn-overview, Endpoints in trouble, B': [1],
  'client-vpn-overview, Endpoints, G': [1, 1, 0],
  'client-vpn-endpoint, Endpoints in trouble, B': [1],
  'client-vpn-endpoint, Settings, B': [1, 1, 0],
  'websocket, Endpoints, G': [1, 1, 0],
  'site-to-site-vpn, Tunnels up, A': [2],
  'site-to-site-vpn, Tunnels up, B': [2],
  'site-to-site-vpn, Connections, G': [1, 0],
  'exporter, Faults by operation, A': 'data',
  'exporter, Collectors failing, A': [3],
  'exporter, Targets failing, A': [3],
};

/** Of an endpoint that is stale only its name, its age, its settings and its state are known. */
export const STALE: Looks = {
  ...onDomains({
    'Exporter, A': [1],
    'Endpoints in trouble, A': [1],
    'Oldest data, A': 'data',
    'Passes by endpoint, A': [0],
    'Data age by endpoint, A': 'data',
  }),
  'client-vpn-overview, Endpoints, A': 'data',
  'client-vpn-overview, Endpoints, G': [0],
  'client-vpn-overview, Endpoints, H': 'data',
  'client-vpn-endpoint, Settings, A': 'data',
  'client-vpn-endpoint, Settings, B': [0],
  'client-vpn-endpoint, Settings, D': 'data',
  'websocket, Endpoints, A': 'data',
  'websocket, Endpoints, G': [0],
  'site-to-site-vpn, Connections, A': 'data',
  'site-to-site-vpn, Connections, G': [0],
  'site-to-site-vpn, Connections, H': 'data',
  'site-to-site-vpn, Connections, I': 'data',
  'websocket, Endpoints, H': 'data',
  'websocket, Endpoints, I': 'data',
};

/** Names, ages, settings, and that the exporter is down; no number lasts, and none fades: what is not named shows nothing. */
export const DOWN: Looks = {
  ...onDomains({
    'Exporter, A': [0],
    'Oldest data, A': 'data',
    'Data age by endpoint, A': 'data',
  }),
  'client-vpn-overview, Endpoints, A': 'data',
  'client-vpn-overview, Endpoints, G': [-1, -1, -1],
  'client-vpn-overview, Endpoints, H': 'data',
  'client-vpn-endpoint, Settings, A': 'data',
  'client-vpn-endpoint, Settings, B': [-1, -1, -1],
  'client-vpn-endpoint, Settings, D': 'data',
  'websocket, Endpoints, A': 'data',
  'websocket, Endpoints, G': [-1, -1, -1],
  'site-to-site-vpn, Connections, A': 'data',
  'site-to-site-vpn, Connections, G': [-1, -1],
  'site-to-site-vpn, Connections, H': 'data',
  'site-to-site-vpn, Connections, I': 'data',
  'websocket, Endpoints, H': 'data',
  'websocket, Endpoints, I': 'data',
  'exporter, Exporters down, A': [1],
  'exporter, Since the last success, A': 'data',
  'exporter, Since the last success, by collector, A': 'data',
  'exporter, Scrapes, A': [0],
  // What Prometheus says of the scrape that failed.
  'exporter, Duration of scrapes, A': 'data',
  'exporter, Series, A': [0],
};
