import { expect, test } from 'vitest';
import { soak } from '../../soak/soak.ts';
import { builtProgram } from '../support/build.ts';

test('a short soak: through troubles of all kinds every counter grows, and is true in the end and after a restart', {
  timeout: 180_000,
}, async () => {
  const { rows, faults } = await soak({ minutes: 0.15, seed: 1, program: builtProgram() });
  expect(faults).toEqual([]);
  const [row] = rows.slice(-1);
  expect(row?.checked).toBeGreaterThan(500);
  expect(row?.reloads).toBeGreaterThan(0);
  expect(row?.troubles).toContain('disk');
});
