import { bundle } from '../rolldown.config.ts';

/** The browser's driver finds its own files, so it stays where it is installed. */
export default { ...bundle('scripts/pictures.ts', '.cache/scripts'), external: ['playwright-core'] };
