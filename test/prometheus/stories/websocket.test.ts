import { follow } from '../told.ts';
import { websocketStories } from './websocket.ts';

follow(websocketStories);
