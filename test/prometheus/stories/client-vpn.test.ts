import { follow } from '../told.ts';
import { clientVpnStories } from './client-vpn.ts';

follow(clientVpnStories);
