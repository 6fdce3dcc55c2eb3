/** For names of addresses in the DNS. */
export { reversedAddress } from '../wire/reversed-address.ts';
