import type { Integration } from './integration.ts';

/** What an API was at the moment when it was deployed. */
export interface Deployment {
  readonly deploymentId: string;
  readonly createdAt: number;
  readonly isAuto: boolean;
  readonly description: string | undefined;
  readonly integrations: ReadonlyMap<string, Integration>;
}

/** The integrations of an API as they are edited, and every deployment of them: what is edited is pending until then. */
export class Deployments {
  readonly #integrations: Map<string, Integration>;
  readonly #deployments: Deployment[] = [];

  constructor(integrations: readonly Integration[]) {
    this.#integrations = new Map(integrations.map((one) => [one.integrationId, one]));
  }

  /** As they are edited. */
  integrations(): readonly Integration[] {
    return [...this.#integrations.values()];
  }

  integration(id: string): Integration | undefined {
    return this.#integrations.get(id);
  }

  edit(integration: Integration): void {
    this.#integrations.set(integration.integrationId, integration);
  }

  /** Publishes everything that is pending, whoever edited it. */
  deploy(createdAt: number, isAuto = false, description?: string): Deployment {
    const integrations = new Map(this.#integrations);
    const deploymentId = `dep${this.#deployments.length}`;
    const deployment = { deploymentId, createdAt, isAuto, description, integrations };
    this.#deployments.push(deployment);
    return deployment;
  }

  deployment(id: string): Deployment | undefined {
    return this.#deployments.find(({ deploymentId }) => deploymentId === id);
  }

  /** The oldest first. */
  all(): readonly Deployment[] {
    return this.#deployments;
  }
}
