import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { dashboardFiles } from './build.ts';

const files = [...dashboardFiles()].map(([name, dashboard]) => ({ path: `grafana/${name}.json`, dashboard }));
for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
for (const { path, dashboard } of files) writeFileSync(path, `${JSON.stringify(dashboard, null, 2)}\n`);
