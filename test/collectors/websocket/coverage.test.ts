import { expect, test } from 'vitest';
import { estimate } from '../../../src/collectors/websocket/estimate/estimate.ts';
import { createRandom } from '../../../src/simulator/wire/random.ts';
import { type Cell, coverageCells, widthRatio } from '../../support/coverage.ts';
import { choose, samples } from '../../support/hypergeometric.ts';

test('in every cell of the grid the interval holds the truth, and is hardly wider than it must be', () => {
  const cells = [...coverageCells(createRandom(1).fraction)];
  const worst = cells.reduce((worst, cell) => (cell.coverage < worst.coverage ? cell : worst));
  const widest = cells.reduce((widest, cell) => (widthRatio(cell) > widthRatio(widest) ? cell : widest));
  console.log(`${cells.length} cells; ${inWords('worst', worst)}; ${inWords('widest', widest)}`);

  expect(cells.length).toBeGreaterThan(300);
  expect(cells.filter(({ coverage }) => !(coverage >= 0.94))).toEqual([]);
  expect(cells.filter(({ exactCoverage }) => !(exactCoverage >= 0.95 - 1e-9))).toEqual([]);
  expect(cells.filter((cell) => !(widthRatio(cell) <= 1.25))).toEqual([]);
});

function inWords(what: string, cell: Cell): string {
  const { population, living, drawn, coverage, exactCoverage } = cell;
  const held = `held in ${(100 * coverage).toFixed(2)} % of 2,000 draws (${(100 * exactCoverage).toFixed(2)} % of all)`;
  return `${what}: ${drawn} of ${population} ids, ${living} living, ${held}, ${widthRatio(cell).toFixed(3)} × the exact width`;
}

test('counting every possible sample of every small registry, at least 95 % of them hold the truth', () => {
  const failures: unknown[] = [];
  for (let population = 1; population <= 25; population++)
    for (let drawn = 1; drawn <= population; drawn++) {
      const bounds = Array.from({ length: drawn + 1 }, (_, found) =>
        estimate({
          population,
          active: found,
          idle: 0,
          gone: drawn - found,
          invalid: 0,
          fresh: 0,
          confidence: 0.95,
        }),
      );
      for (let living = 0; living <= population; living++) {
        let held = 0n;
        for (const [found, interval] of bounds.entries())
          if (interval && interval.lower <= living && living <= interval.upper)
            held += samples(population, living, drawn, found, found);
        if (100n * held < 95n * choose(population, drawn)) failures.push({ population, drawn, living });
      }
    }
  expect(failures).toEqual([]);
});
