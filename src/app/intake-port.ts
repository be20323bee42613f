import type { RequestListener } from 'node:http';
import type { IntakeConfig } from '../config/intake.ts';
import type { Logger } from '../core/logger.ts';
import type { ConnectionsOptions, Encryption, OnUnreadable } from '../server/connections.ts';
import type { Listening } from '../server/listen.ts';
import type { OnRefused, Web } from './web.ts';

/** Serves `app` at this listen address, or where it is given one (undefined), or rejects. */
export type Listen = (
  app: RequestListener,
  address: string | undefined,
  options: Pick<ConnectionsOptions, 'onUnreadable' | 'encryption'>,
) => Promise<Listening>;

/** What the port of the intake is opened with. */
export interface IntakePortDeps {
  readonly logger: Logger;
  /** Opens the port; undefined where nobody takes events in, as in a command that ends by itself. */
  readonly listen: Listen | undefined;
  /** Whether the port is there whatever the configuration says; while that says off, it answers 503. */
  readonly isGiven: boolean;
  /** Opens the web configuration file of a port, or throws with its problems; undefined where nothing listens. */
  readonly openWeb: ((port: string, file: string, onRefused: OnRefused) => Web) | undefined;
  readonly onUnreadable: OnUnreadable;
  readonly onRefused: OnRefused;
  /** What answers under a configuration, behind a web configuration or not; rejects when it cannot. */
  readonly createApp: (config: IntakeConfig, isGuarded: boolean) => Promise<RequestListener>;
}

const OFF: RequestListener = (_request, response) => response.writeHead(503).end();

/** The port of the intake: whether and where it is open, how it is encrypted, who is let in, and what answers. */
export class IntakePort {
  readonly #deps: IntakePortDeps;
  #open: { readonly listening: Listening; readonly address: string | undefined } | undefined;
  #isOn = false;
  #web: Web | undefined;
  #app: RequestListener = OFF;

  constructor(deps: IntakePortDeps) {
    this.#deps = deps;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Where events are taken in; empty while nowhere. */
  get urls(): readonly string[] {
    return (this.#isOn && this.#open?.listening.urls) || [];
  }

  /** Puts a configuration in force; rejects, changing nothing, when it cannot listen. */
  async apply(config: IntakeConfig): Promise<void> {
    const before = this.#open;
    const wasOn = this.#isOn;
    const { listen, isGiven, createApp, logger } = this.#deps;
    const isOn = config.enabled && listen !== undefined;
    const address = isGiven ? undefined : config.listen_address;
    const isSame = before !== undefined && before.address === address;
    const web = isOn ? this.#webOf(config) : undefined;
    const isSameWeb = web === this.#web;
    const app = isOn ? await createApp(config, web !== undefined) : OFF;
    // A socket that was given could not be opened again, so it is not closed either.
    const isOpen = isOn || isGiven;
    const opened = isOpen && !isSame ? await this.#listen(address) : undefined;
    this.#app = web ? web.guard(app) : app;
    this.#isOn = isOn;
    this.#web = web;
    this.#open = isOpen && isSame ? before : opened;
    if (before !== this.#open) await before?.listening.close();
    // Nobody stays whom what holds now might not let in.
    else if (!isSameWeb) before?.listening.renew();
    if (this.#isOn && (opened || !wasOn || !isSameWeb))
      logger.info('Taking in events', { urls: this.urls.map((url) => `${url}/websocket`).join(' ') });
  }

  /** Takes no more requests; resolves when those under way are answered. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.listening.close();
  }

  async #listen(address: string | undefined) {
    const { listen, onUnreadable } = this.#deps;
    if (!listen) return undefined;
    try {
      const app: RequestListener = (request, response) => this.#app(request, response);
      const encryption = toEncryption(() => this.#web);
      return { listening: await listen(app, address, { onUnreadable, encryption }), address };
    } catch (cause) {
      const where = address === undefined ? '--web.systemd-socket' : 'intake.listen_address';
      throw new Error(`opening the intake (${where})`, { cause });
    }
  }

  #webOf({ web_config_file: file }: IntakeConfig): Web | undefined {
    if (file === null) return undefined;
    if (file === this.#web?.file) return this.#web;
    return this.#deps.openWeb?.('the intake', file, this.#deps.onRefused);
  }
}

/** That of the web configuration of now, whichever it is. */
function toEncryption(web: () => Web | undefined): Encryption {
  return {
    get isOn() {
      return web()?.encryption.isOn ?? false;
    },
    settings: () => web()?.encryption.settings(),
    onUnusable: (error) => web()?.encryption.onUnusable(error),
  };
}
