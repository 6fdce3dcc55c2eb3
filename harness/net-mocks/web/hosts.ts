import {
  type CertificateRequest,
  type CertificateSettings,
  parseCertificateRequest,
} from '../certificates/request.ts';
import { keyOf, parseName } from '../dns/names.ts';
import { type Bytes, parseBytes } from '../input/bytes.ts';
import {
  fieldsOf,
  InputError,
  type Parse,
  parseInteger,
  parseList,
  parseMilliseconds,
  parseString,
} from '../input/parse.ts';
import { parseScriptedHeaders } from './headers.ts';

/** One host name of the web server, with its own certificate and contents. */
export interface WebHost {
  host: string;
  /** Text of an MTA-STS policy, served at the well-known place (RFC 8461 3.3). */
  policy?: string;
  routes?: WebRoute[];
  /** A good one for `host` when absent. */
  certificate?: CertificateRequest;
}

export interface WebRoute {
  /** Path with its leading slash, compared without the query. */
  path: string;
  /** 200 when absent; 302 when `redirect` is given. */
  status?: number;
  headers?: Record<string, string>;
  body?: Bytes;
  /** Value of Location. */
  redirect?: string;
  /** Waits before the status line. Milliseconds. */
  delayMs?: number;
  /** Lengthens the body with line breaks to so many octets. */
  fillTo?: number;
}

export interface RouteSettings {
  path: string;
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  delayMs: number;
  fillTo: number;
}

export interface HostSettings {
  /** In lower case. */
  host: string;
  routes: RouteSettings[];
  certificate: CertificateSettings;
}

export const POLICY_PATH = '/.well-known/mta-sts.txt';

const LARGEST_BODY = 67_108_864;

const parsePath: Parse<string> = (value, path) => {
  const text = parseString(value, path);
  if (!/^\/[!-~]*$/.test(text) || text.includes('?'))
    throw new InputError(
      path,
      'expected a path that begins with a slash, of printable ASCII, without a query',
    );
  return text;
};

const parseRoute: Parse<RouteSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const redirect = fields.optional('redirect', parseString);
  const headers = fields.withDefault('headers', parseScriptedHeaders, {});
  const route = {
    path: fields.required('path', parsePath),
    status: fields.withDefault('status', parseInteger(200, 599), redirect === undefined ? 200 : 302),
    headers: {
      'content-type': 'text/plain',
      ...headers,
      ...(redirect === undefined ? {} : { location: redirect }),
    },
    body: fields.withDefault('body', parseBytes, Buffer.alloc(0)),
    delayMs: fields.withDefault('delayMs', parseMilliseconds, 0),
    fillTo: fields.withDefault('fillTo', parseInteger(0, LARGEST_BODY), 0),
  };
  fields.end();
  return route;
};

export const parseHost: Parse<HostSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const host = keyOf(fields.required('host', parseName));
  const policy = fields.optional('policy', parseString);
  const routes = fields.withDefault('routes', parseList(parseRoute), []);
  const certificate = fields.withDefault('certificate', parseCertificateRequest, {
    variant: 'good' as const,
    names: [host],
    key: 'ec-p256' as const,
  });
  fields.end();
  if (policy !== undefined && routes.some((route) => route.path === POLICY_PATH))
    throw new InputError(`${path}.policy`, `there is also a route ${POLICY_PATH}; expected one of the two`);
  if (policy !== undefined) routes.push(parseRoute({ path: POLICY_PATH, body: { text: policy } }, path));
  return { host, routes, certificate };
};
