import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { cpuMs } from '../frame/figures.ts';
import { answering } from '../frame/processes.ts';

/** Whose exposition it has. */
export interface PromClientOptions {
  /** A file with the series, in the text format. */
  readonly file: string;
}

/** In the child: a registry of prom-client with the same series, and express before it, as people write it; first says where. `metrics` tells the CPU milliseconds of a rendering alone. */
export async function promClient({ file }: PromClientOptions): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  fill(registry, await readFile(file, 'utf8'));
  const app = express();
  app.get('/metrics', async (_request, response) => {
    response.set('Content-Type', registry.contentType);
    response.send(await registry.metrics());
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await answering(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    metrics: async () => {
      const before = cpuMs();
      await registry.metrics();
      return { cpuMs: cpuMs() - before };
    },
    cpu: () => cpuMs(),
  });
}

/** All as gauges: what a family is changes nothing of what its series cost. Those of the process are the registry's own. */
function fill(registry: Registry, text: string): void {
  const gauges = new Map<string, Gauge>();
  for (const line of text.split('\n')) {
    const [, name = '', labelText = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (value === undefined || /^(process|nodejs)_/.test(name)) continue;
    const labels = Object.fromEntries(
      [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]),
    );
    const gauge =
      gauges.get(name) ??
      new Gauge({ name, help: name, labelNames: Object.keys(labels), registers: [registry] });
    gauges.set(name, gauge);
    gauge.set(labels, Number(value));
  }
}
