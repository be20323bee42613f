import { createRandom } from '../../src/simulator/wire/random.ts';
import { type Cell, coverageCells, POPULATIONS, widthRatio } from '../../test/support/coverage.ts';
import type { Study } from '../frame/row.ts';

/** For each size of a simulated registry, where the 95 % interval of the living held the truth least often. */
export const coverage: Study = {
  name: 'coverage',
  async measure(run) {
    const sizes = run.size(POPULATIONS, POPULATIONS.slice(0, 5));
    const cells = [...coverageCells(createRandom(1).fraction, sizes)];
    return {
      title: 'The 95 % interval of the living: of 2,000 samples a cell, the worst cell of each size',
      header: [
        'ids',
        'cells',
        'living',
        'looked up',
        'held the truth',
        'of all samples',
        'widest, × the exact width',
      ],
      rows: sizes.map((population) => toRow(cells.filter((cell) => cell.population === population))),
    };
  },
};

function toRow(cells: readonly Cell[]): string[] {
  const worst = cells.reduce((worst, cell) => (cell.coverage < worst.coverage ? cell : worst));
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return [
    String(worst.population),
    String(cells.length),
    String(worst.living),
    String(worst.drawn),
    percent(worst.coverage),
    percent(worst.exactCoverage),
    Math.max(...cells.map(widthRatio)).toFixed(3),
  ];
}
