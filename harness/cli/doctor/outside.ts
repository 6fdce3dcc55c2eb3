import { printable } from '../../evidence/visible.ts';
import type { Target } from '../../model/target.ts';
import { createPublicResolver } from '../../public-dns/lookup.ts';
import { placeOf, type TargetDeclaration } from '../../targets/load.ts';
import type { Diagnosis, Tell } from './diagnosis.ts';

/** What is declared of the world around a server that runs already: whom to ask for records, and who is a stranger. */
export async function examineOutside(
  declaration: TargetDeclaration,
  target: Target,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: Tell },
): Promise<void> {
  tell(await publishedRecords(declaration, target, signal));
  tell(clientAddress(declaration, target));
}

async function publishedRecords(
  declaration: TargetDeclaration,
  { publicDns, domain }: Target,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const what = 'published records';
  if (!publicDns)
    return {
      state: 'not tried',
      what,
      line: `no "dns" is declared at ${placeOf(declaration, [])}: what ${printable(domain)} publishes is not judged`,
    };
  const looked = await createPublicResolver(publicDns, { signal }).lookup(domain, 'MX');
  const place = placeOf(declaration, ['dns']);
  const todo = `correct "dns" at ${place}, or see why the resolver does not answer.`;
  if (looked.kind === 'failed') return { state: 'no', what, line: printable(looked.text), todo };
  const { rcode, records, dnssec, why } = looked;
  if (rcode === 'NXDOMAIN')
    return {
      state: 'no',
      what,
      line: printable(`The resolver says that there is no domain ${domain}.`),
      todo: `correct "mail-domain" at ${placeOf(declaration, ['mail-domain'])}, or "dns" at ${place}.`,
    };
  if (dnssec === 'bogus')
    return {
      state: 'no',
      what,
      line: printable(`The MX records of ${domain} do not validate: ${why}.`),
      todo: `correct "root-anchors" of "dns" at ${place}, or see what is wrong with the signatures of the domain.`,
    };
  const count = records.filter(({ type }) => type === 'MX').length;
  const signed = why === '' ? dnssec : `${dnssec} (${why})`;
  return {
    state: 'ok',
    what,
    line: printable(
      `the resolver answers: ${domain} has ${count === 1 ? '1 MX record' : `${count} MX records`}, DNSSEC: ${signed}`,
    ),
  };
}

function clientAddress(declaration: TargetDeclaration, { auditedFrom }: Target): Diagnosis {
  const what = 'client address';
  switch (auditedFrom) {
    case 'outside':
      return { state: 'ok', what, line: 'a stranger to the server, as declared (audited-from: outside)' };
    case 'inside':
      return {
        state: 'not tried',
        what,
        line: 'the server trusts this machine, as declared (audited-from: inside): nothing is said about strangers',
      };
    default:
      return {
        state: 'not tried',
        what,
        line: `no "audited-from" is declared at ${placeOf(declaration, [])}: where this machine lies near the server, relaying stays open`,
      };
  }
}
