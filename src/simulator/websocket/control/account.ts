/** How long it takes for a change by the control plane to be in force. */
export interface ChangeTimes {
  /** In which no rows are written after an access log was set. */
  readonly settleMs: number;
  /** In which rows are still written after it was deleted. */
  readonly lingerMs: number;
  /** Until a deployment says that it is done. */
  readonly deployMs: number;
  /** Until connects meet a deployment. */
  readonly spreadMs: number;
}

/** As recorded at AWS. */
export const changeTimes: ChangeTimes = {
  settleMs: 45_000,
  lingerMs: 7_000,
  deployMs: 0,
  spreadMs: 70_000,
};

/** The roles by which API Gateway writes logs, one an account and region; every account has one until told otherwise. */
export class LoggingRoles {
  readonly #roles = new Map<string, string | undefined>();

  /** Gives an account another role in a region, as an ARN, or none. */
  set(accountId: string, region: string, arn: string | undefined): void {
    this.#roles.set(`${accountId} ${region}`, arn);
  }

  of(accountId: string, region: string): string | undefined {
    const place = `${accountId} ${region}`;
    if (this.#roles.has(place)) return this.#roles.get(place);
    return `arn:aws:iam::${accountId}:role/api-gateway-logs`;
  }
}
