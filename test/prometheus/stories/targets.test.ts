import { follow } from '../told.ts';
import { targetsStories } from './targets.ts';

follow(targetsStories);
