import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DescribeClientVpnConnectionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { createLogger } from '../src/app/log.ts';
import { Calls } from '../src/aws/calls.ts';
import { createAws } from '../src/aws/clients.ts';
import { systemClock } from '../src/core/clock.ts';

const PAGES = 126;
const ROWS = 1000;

/** A process of its own, so that its CPU time is not ours: it answers every request with the body read from stdin. */
const SERVER = `
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const body = Buffer.concat(chunks);
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.end(body));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
});`;

function toRow(i: number): string {
  const two = String(i % 60).padStart(2, '0');
  const hex = ((i * 2654435761) >>> 0).toString(16).padStart(8, '0');
  const leaves = {
    clientVpnEndpointId: 'cvpn-endpoint-0123456789abcdef0',
    timestamp: `2026-11-20 08:${two}:02`,
    connectionId: `cvpn-connection-0a1b2c3d4${hex}`,
    username: `user${i}@example.com`,
    connectionEstablishedTime: `2026-11-20 07:58:${two}`,
    ingressBytes: i * 7919,
    egressBytes: i * 104729,
    ingressPackets: i * 13,
    egressPackets: i * 17,
    clientIp: `10.90.${i >> 8}.${i & 255}`,
    clientIpv6Address: `fd00::${i.toString(16)}`,
    commonName: `client${i}.example.com`,
    status: `<code>${i % 4 === 0 ? 'terminated' : 'active'}</code><message>ok</message>`,
    connectionEndTime: '-',
    postureComplianceStatusSet: '<item>compliant</item>',
    authorizationPolicyLastEvaluatedTime: '2026-11-20 08:00:00',
  };
  return `<item>${Object.entries(leaves)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</item>`;
}

/** CPU microseconds a connection, of 126 pages of 1,000, through the SDK as it is and with our deserialiser. */
export async function benchParse(): Promise<{ sdk: number; ours: number }> {
  const rows = Array.from({ length: ROWS }, (_, i) => toRow(i)).join('');
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  server.stdin.end(
    `<?xml version="1.0" encoding="UTF-8"?><DescribeClientVpnConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><connections>${rows}</connections></DescribeClientVpnConnectionsResponse>`,
  );
  const [port] = await once(server.stdout, 'data');
  const endpointUrl = `http://127.0.0.1:${String(port).trim()}`;
  const region = 'eu-west-1';
  process.env.AWS_ACCESS_KEY_ID = 'a';
  process.env.AWS_SECRET_ACCESS_KEY = 's';
  const logger = createLogger({ level: 'error', format: 'logfmt' });
  const aws = createAws(
    { endpointUrl, connectTimeoutMs: 5000, requestTimeoutMs: 20_000, maxAttempts: 4 },
    { clock: systemClock, calls: new Calls(systemClock), logger, requestsPerSecond: {} },
  );
  try {
    const sdk = await measure(new EC2Client({ endpoint: endpointUrl, region }));
    const ours = await measure(await aws.ec2({ name: 'bench', region, accountId: '111122223333' }));
    return { sdk, ours };
  } finally {
    aws.close();
    server.kill();
  }
}

async function measure(client: EC2Client): Promise<number> {
  const command = () =>
    client.send(new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' }));
  for (let page = 0; page < 10; page += 1) await command();
  const before = process.cpuUsage();
  for (let page = 0; page < PAGES; page += 1) {
    const { Connections } = await command();
    if (Connections?.length !== ROWS) throw new Error(`a page of ${Connections?.length} connections`);
  }
  const { user, system } = process.cpuUsage(before);
  client.destroy();
  return (user + system) / (PAGES * ROWS);
}
