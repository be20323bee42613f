import { follow } from '../told.ts';
import { exporterStories } from './exporter.ts';

follow(exporterStories);
