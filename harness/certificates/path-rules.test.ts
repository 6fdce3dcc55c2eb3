import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  Name,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { disorder } from './chain-order.ts';
import { forbiddenName } from './path-rules.ts';
import { trustPath } from './trust-path.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

interface Made {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly der: Buffer;
}

/** A certificate; valid from `from` to `until` in days from now, signed by itself where no issuer is given. */
async function make(
  name: string,
  {
    by,
    keys,
    from = -10,
    until = 10,
    hosts,
    uses = [],
    constraints,
  }: {
    by?: Made;
    keys?: webcrypto.CryptoKeyPair;
    from?: number;
    until?: number;
    hosts?: readonly string[];
    uses?: string[];
    constraints?: NameConstraints;
  } = {},
): Promise<Made> {
  const own = keys ?? (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: by?.name ?? name,
    notBefore: new Date(Date.now() + from * DAY_MS),
    notAfter: new Date(Date.now() + until * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: own.publicKey,
    signingKey: (by?.keys ?? own).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(!hosts, undefined, true),
      ...(hosts
        ? [new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value })))]
        : []),
      ...(uses.length > 0 ? [new x509.ExtendedKeyUsageExtension(uses)] : []),
      ...(constraints
        ? [new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints))]
        : []),
    ],
  });
  return { name, keys: own, der: Buffer.from(certificate.rawData) };
}

const subtrees = (...bases: GeneralName[]) =>
  new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })));
const host = (dNSName: string) => new GeneralName({ dNSName });
const directory = (name: string) =>
  new GeneralName({ directoryName: AsnConvert.parse(new x509.Name(name).toArrayBuffer(), Name) });

const root = await make('CN=root');
const current = await make('CN=intermediate', { by: root });
const expired = await make('CN=intermediate', { by: root, keys: current.keys, from: -90, until: -20 });
const leaf = await make('CN=mail.example.test', { by: current, hosts: ['mail.example.test'] });
const ders = (...made: Made[]) => made.map(({ der }) => der);

describe('any path that holds', () => {
  test.each([
    ['an expired twin of the intermediate in front', [leaf, expired, current], true],
    ['an expired twin after', [leaf, current, expired], true],
    ['the expired one alone', [leaf, expired], false],
    ['the root in front of the intermediate', [leaf, root, current], true],
    ['the same ones many times', [leaf, ...new Array(20).fill(expired), current], true],
  ])('%s', (_, sent, trusted) => {
    expect(trustPath(ders(...sent), ders(root))).toMatchObject({ trusted });
  });

  test('authorities that certify each other in all ways are given up', async () => {
    const names = Array.from({ length: 9 }, (_, at) => `CN=${at}`);
    const own = await Promise.all(names.map((name) => make(name)));
    const crossed = await Promise.all(
      own.flatMap((by) => own.filter((one) => one !== by).map(({ name, keys }) => make(name, { by, keys }))),
    );
    const [first] = own;
    const below = await make('CN=leaf', { ...(first ? { by: first } : {}), hosts: ['mail.example.test'] });
    expect(trustPath(ders(below, ...crossed), ders(root))).toMatchObject({ trusted: false });
  });

  test('an intermediate for other uses than servers leads nowhere', async () => {
    const mail = await make('CN=mail', { by: root, uses: [x509.ExtendedKeyUsage.emailProtection] });
    const below = await make('CN=leaf', { by: mail, hosts: ['mail.example.test'] });
    expect(trustPath(ders(below, mail), ders(root))).toMatchObject({ trusted: false, why: 'broken' });
  });
});

describe('name constraints', () => {
  const permits = (...bases: GeneralName[]) => new NameConstraints({ permittedSubtrees: subtrees(...bases) });
  const excludes = (...bases: GeneralName[]) => new NameConstraints({ excludedSubtrees: subtrees(...bases) });
  test.each<[string, NameConstraints, string[], string | undefined]>([
    ['the domain above', permits(host('example.test')), ['mail.example.test'], undefined],
    ['the host itself', permits(host('mail.EXAMPLE.test')), ['mail.example.test'], undefined],
    ['a leading dot', permits(host('.example.test')), ['mail.example.test'], undefined],
    ['a wildcard', permits(host('example.test')), ['*.example.test'], undefined],
    ['another domain', permits(host('intranet.test')), ['mail.example.test'], 'mail.example.test'],
    ['a domain that ends alike', permits(host('example.test')), ['notexample.test'], 'notexample.test'],
    ['one name of two', permits(host('example.test')), ['a.example.test', 'b.other.test'], 'b.other.test'],
    ['one domain of two', permits(host('other.test'), host('example.test')), ['a.example.test'], undefined],
    ['an excluded one', excludes(host('example.test')), ['mail.example.test'], 'mail.example.test'],
    ['another excluded one', excludes(host('other.test')), ['mail.example.test'], undefined],
    ['other kinds of names', permits(new GeneralName({ rfc822Name: 'x.test' })), ['a.test'], undefined],
    ['a name', permits(directory('C=DE, O=Example')), ['a.test'], undefined],
    ['another name', permits(directory('C=DE, O=Other')), ['a.test'], 'C=DE, O=Example, CN=leaf'],
  ])('%s', async (_, constraints, hosts, forbidden) => {
    const authority = await make('CN=constrained', { constraints });
    const below = await make('C=DE, O=Example, CN=leaf', { by: authority, hosts });
    expect(forbiddenName(authority.der, below.der)).toBe(forbidden);
  });
});

test.each([
  ['in order', [leaf, current, root], undefined],
  ['twins side by side', [leaf, expired, current], undefined],
  ['something unrelated after', [leaf, root], undefined],
  ['the server certificate twice', [leaf, leaf, current], 'CN=mail.example.test is sent twice'],
  [
    'the root in front',
    [leaf, root, current],
    'CN=intermediate certifies CN=mail.example.test and stands after CN=root',
  ],
])('%s', (_, sent, found) => {
  expect(disorder(ders(...sent))).toBe(found);
});
