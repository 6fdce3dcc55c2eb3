import { AsnConvert } from '@peculiar/asn1-schema';
import { type GeneralName, id_ce_nameConstraints, NameConstraints } from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';

/*
 * Rules of RFC 5280 that a verifier applies along a path and Node tells nothing about: extensions that must be
 * understood (§4.2), and name constraints (§4.2.1.10) for host names and distinguished names. Constraints on other
 * kinds of names are left out: servers of mail are known by host names.
 */

/** Extensions that verifiers in use understand: those of RFC 5280 §4.2.1 that bear on a path, and RFC 7633. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...['15', '17', '18', '19', '30', '31', '32', '33', '35', '36', '37', '54'].map((arc) => `2.5.29.${arc}`),
  '1.3.6.1.5.5.7.1.24',
]);

/** Object identifiers of critical extensions for which a certificate must be rejected. */
export function unknownCritical(certificate: x509.X509Certificate): readonly string[] {
  return certificate.extensions
    .filter(({ critical, type }) => critical && !UNDERSTOOD.has(type))
    .map(({ type }) => type);
}

/** A dNSName, or the parts of a distinguished name, outermost first. */
type Named = { readonly host: string } | { readonly parts: readonly string[] };

/** What a certificate names against the constraints of an authority above it; undefined where nothing is. */
export function forbiddenName(authority: Buffer, certificate: Buffer): string | undefined {
  const extension = new x509.X509Certificate(authority).getExtension(id_ce_nameConstraints);
  if (!extension) return undefined;
  const constraints = AsnConvert.parse(extension.value, NameConstraints);
  const permitted = (constraints.permittedSubtrees ?? []).flatMap(({ base }) => namedBy(base));
  const excluded = (constraints.excludedSubtrees ?? []).flatMap(({ base }) => namedBy(base));
  const below = new x509.X509Certificate(certificate);
  const forbidden = namesIn(below).find((name) => {
    const ofKind = permitted.filter((base) => 'host' in base === 'host' in name);
    const isLeftOut = ofKind.length > 0 && !ofKind.some((base) => covers(base, name));
    return isLeftOut || excluded.some((base) => covers(base, name));
  });
  return forbidden && ('host' in forbidden ? forbidden.host : below.subject);
}

function namesIn(certificate: x509.X509Certificate): readonly Named[] {
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const hosts = names.filter(({ type }) => type === 'dns').map(({ value }) => ({ host: value }));
  const parts = partsOf(certificate.subjectName);
  return parts.length > 0 ? [...hosts, { parts }] : hosts;
}

function namedBy({ dNSName, directoryName }: GeneralName): readonly Named[] {
  if (dNSName !== undefined) return [{ host: dNSName }];
  return directoryName ? [{ parts: partsOf(new x509.Name(AsnConvert.serialize(directoryName))) }] : [];
}

function partsOf(name: x509.Name): readonly string[] {
  return name.toJSON().map((part) => JSON.stringify(part).toLowerCase());
}

/** A host lies in a domain that is the same or above it; a name lies below one with which it begins. */
function covers(base: Named, name: Named): boolean {
  if ('host' in base) {
    const domain = base.host.toLowerCase().replace(/^\./, '');
    const host = 'host' in name ? name.host.toLowerCase() : undefined;
    return host !== undefined && (domain === '' || host === domain || host.endsWith(`.${domain}`));
  }
  return 'parts' in name && base.parts.every((part, at) => part === name.parts[at]);
}
