import { bundle } from '../rolldown.config.ts';

export default [
  // The browser's driver finds its own files, so it stays where it is installed.
  { ...bundle('scripts/pictures.ts', '.cache/scripts'), external: ['playwright-core'] },
  bundle('scripts/house.ts', '.cache/house'),
];
