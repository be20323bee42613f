import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from './run.ts';

const SOURCE = `import { createServer } from 'node:http';
const server = createServer((request, response) => {
  request.resume().once('end', () => response.end('up 1\\n'));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log(server.address().port));
`;

/** Starts the least that Node.js can be with an HTTP port; at any free one if 0. */
export async function startBare(run: Run, port: number) {
  const file = join(await run.folder(), 'bare.mjs');
  await writeFile(file, SOURCE);
  const child = run.spawn(process.execPath, [file, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = async () => {
    if (!child.stdout) throw new Error('it has a standard output');
    const [text] = await once(child.stdout, 'data');
    return `http://127.0.0.1:${String(text).trim()}`;
  };
  return { pid: child.pid ?? 0, child, url: url() };
}
