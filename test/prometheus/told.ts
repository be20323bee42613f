import { DEADLINE_MS } from '../program/program.ts';
import { needs } from '../support/programs.ts';

/** Somebody follows pages of the runbooks, from a trouble to its cause, and to its end. */
export interface Told {
  readonly pages: readonly string[];
  readonly name: string;
  readonly follow: () => Promise<void>;
}

/** A story of one page. */
export const told = (page: string, name: string, follow: (page: string) => Promise<void>): Told => ({
  pages: [page],
  name,
  follow: () => follow(page),
});

/** Makes a test of every story. */
export function follow(stories: readonly Told[]): void {
  for (const story of stories)
    needs('aws', 'prometheus', 'promtool')(
      `${story.name} (${story.pages.join(', ')})`,
      { timeout: 4 * DEADLINE_MS },
      story.follow,
    );
}
