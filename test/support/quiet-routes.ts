import type { Clock } from '../../src/core/clock.ts';
import type { Routes } from '../../src/server/routes.ts';
import { idle } from './status-models.ts';

/** Routes of an exporter that has one series, and nothing to say. */
export function quietRoutes(clock: Clock): Routes {
  return {
    clock,
    telemetryPath: '/metrics',
    maxRequests: 40,
    scrape: async () => [Buffer.from('a 1\n')],
    status: () => idle,
    dashboards: async () => [],
    documents: { runbooks: new Map(), docs: new Map() },
    notReady: () => undefined,
    reload: undefined,
    config: () => '',
    connections: () => undefined,
    onFull: () => {},
    onError: () => {},
  };
}
