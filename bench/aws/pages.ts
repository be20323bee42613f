import { randomUUID } from 'node:crypto';
import { clientVpnActions } from '../../src/simulator/client-vpn/actions.ts';
import { createWorld } from '../../src/simulator/client-vpn/world.ts';
import { wireTime } from '../../src/simulator/wire/xml.ts';

/** Connections that AWS lists on one page at most. */
const ROWS_A_PAGE = 1_000;
const ENDPOINT = 'cvpn-endpoint-0123456789abcdef0';
/** Every fourth has ended; one of so many gives way to another between two passes. */
const [ENDED, GIVES_WAY] = [4, 1_000];

/** The pages of a large endpoint as bytes, made before they are asked for; what is written is the simulator's, but for the values. */
export class Pages {
  readonly #connections: number;
  readonly #beganAt = Date.now();
  readonly #template = toTemplate();
  #pass = 0;
  #pages: readonly Buffer[] = [];

  constructor(connections: number) {
    this.#connections = connections;
    this.#pages = this.#write();
  }

  /** Every living connection talks, and some give way to others. */
  step(): void {
    this.#pass += 1;
    this.#pages = this.#write();
  }

  /** One page of the endpoint of this id, which has as many characters as any. */
  page(endpointId: string, number: number): Buffer {
    const page = this.#pages[number];
    if (!page) throw new Error(`there is no page ${number}`);
    if (endpointId === ENDPOINT) return page;
    const own = Buffer.from(page);
    for (let at = own.indexOf(ENDPOINT); at >= 0; at = own.indexOf(ENDPOINT, at + ENDPOINT.length))
      own.write(endpointId, at);
    return own;
  }

  #write(): readonly Buffer[] {
    const { before, row, after } = this.#template;
    const count = Math.ceil(this.#connections / ROWS_A_PAGE);
    return Array.from({ length: count }, (_, page) => {
      const first = page * ROWS_A_PAGE;
      const rows = Array.from({ length: Math.min(ROWS_A_PAGE, this.#connections - first) }, (_, index) =>
        row(valuesOf(first + index, this.#pass, this.#beganAt)),
      );
      const next = page + 1 < count ? `    <nextToken>${toToken(page + 1)}</nextToken>\n` : '';
      const end = after.replace('</Describe', `${next}</Describe`);
      return Buffer.from(before.replace('@request@', randomUUID()) + rows.join('') + end);
    });
  }
}

/** What the endpoint's connection of this number says after so many passes. */
function valuesOf(n: number, pass: number, beganAt: number) {
  const bornIn = Math.max(0, pass - ((pass + GIVES_WAY - (n % GIVES_WAY)) % GIVES_WAY));
  const isOver = n % ENDED === 0;
  const talks = isOver ? 0 : pass - bornIn;
  const establishedAt = beganAt - 7_200_000 + (n % 3_600) * 1_000;
  return {
    timestamp: wireTime(beganAt + pass * 30_000),
    connectionId: toConnectionId(n, bornIn),
    username: `user${n % 50_000}@example.com`,
    connectionEstablishedTime: wireTime(establishedAt),
    ingressBytes: n * 7_919 + talks * 52_387,
    egressBytes: n * 104_729 + talks * 361_901,
    ingressPackets: n * 13 + talks * 173,
    egressPackets: n * 17 + talks * 401,
    clientIp: `10.${90 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`,
    clientIpv6Address: `fd00::${(n >> 16).toString(16)}:${(n & 65_535).toString(16)}`,
    commonName: `client${n}.example.com`,
    statusCode: isOver ? 'terminated' : 'active',
    connectionEndTime: isOver ? wireTime(beganAt - (n % 3_000) * 1_000) : '-',
  };
}

/** The page that a request's token leads to. */
export function toPageNumber(token: string | undefined): number {
  return token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
}

function toToken(page: number): string {
  return Buffer.from(String(page).padStart(96, '0')).toString('base64');
}

function toConnectionId(n: number, bornIn: number): string {
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
  // Both factors are odd: other numbers give other digits.
  return `cvpn-connection-0${hex(Math.imul(n + 1, 2_654_435_761))}${hex(Math.imul(n * GIVES_WAY + bornIn + 1, 2_246_822_519))}`;
}

/** A page as the simulator writes it, in parts: what comes before its rows and after, and a row around its values. */
function toTemplate() {
  const world = createWorld();
  const endpointId = world.addEndpoint({ id: ENDPOINT });
  const id = world.connect(endpointId, { postures: ['compliant'] });
  world.set(id, {
    ...Object.fromEntries(Object.keys(valuesOf(0, 0, 0)).map((name) => [name, `@${name}@`])),
    statusMessage: 'Connection is known.',
  });
  const action = 'DescribeClientVpnConnections';
  const call = { region: 'eu-west-1', accountId: '111122223333', arn: '', userId: '' };
  const params = { ClientVpnEndpointId: endpointId };
  const { body = '' } = clientVpnActions(world)[action]?.answer({ ...call, action, params }) ?? {};
  const [, before = '', item = '', after = ''] = /^(.*<connections>\n)(.*<\/item>\n)(.*)$/s.exec(body) ?? [];
  const pieces = item.split(/@(\w+)@/);
  const row = (values: ReturnType<typeof valuesOf>) => {
    let text = pieces[0] ?? '';
    for (let n = 1; n < pieces.length; n += 2)
      text += `${values[pieces[n] as keyof typeof values]}${pieces[n + 1]}`;
    return text;
  };
  return { before: before.replace(/(<requestId>).*(<)/, '$1@request@$2'), row, after };
}
