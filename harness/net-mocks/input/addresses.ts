import { isIP, isIPv4, isIPv6 } from 'node:net';
import { describe, InputError, type Parse, parseString } from './parse.ts';

export const parseIpAddress: Parse<string> = (value, path) => {
  const address = parseString(value, path);
  if (isIP(address) === 0)
    throw new InputError(path, `expected an IPv4 or IPv6 address, got ${describe(value)}`);
  return address;
};

export const parseIpv4: Parse<string> = (value, path) => {
  const address = parseString(value, path);
  if (!isIPv4(address)) throw new InputError(path, `expected an IPv4 address, got ${describe(value)}`);
  return address;
};

export const parseIpv6: Parse<string> = (value, path) => {
  const address = parseString(value, path);
  if (!isIPv6(address) || address.includes('%'))
    throw new InputError(path, `expected an IPv6 address without a zone, got ${describe(value)}`);
  return address;
};

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The name by which a test addresses one of its servers. */
export const parseIdentifier: Parse<string> = (value, path) => {
  const name = parseString(value, path);
  if (!IDENTIFIER.test(name))
    throw new InputError(
      path,
      `expected a name of up to 100 letters, digits, dots, dashes and underscores, got ${describe(value)}`,
    );
  return name;
};
