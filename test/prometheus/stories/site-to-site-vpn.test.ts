import { follow } from '../told.ts';
import { siteToSiteVpnStories } from './site-to-site-vpn.ts';

follow(siteToSiteVpnStories);
