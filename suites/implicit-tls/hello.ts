import {
  type CipherSuite,
  type ClientHelloOptions,
  type HelloAnswer,
  ROLES,
  type ServerHello,
  type Services,
} from '../../harness/check/check.ts';
import { refusesInClear } from '../../harness/steps/clear-refusal.ts';
import { atTheDoor, type Strength } from './tls-door.ts';

/** Sends one ClientHello on a connection of its own, with the name of the host. */
export async function offer(services: Services, options: ClientHelloOptions): Promise<HelloAnswer> {
  const connection = await atTheDoor(services);
  try {
    return await services.tls.probeHello(connection, { serverName: services.target.hostname, ...options });
  } finally {
    connection.close();
  }
}

/** What became of an offer of TLS 1.2. */
export interface OlderAnswer {
  readonly answer: HelloAnswer;
  /**
   * How the server ended the connection when finite-field Diffie-Hellman was among the offer: it chose that and has no
   * parameters for it. The answer is then to the offer without.
   */
  readonly hungUp?: HelloAnswer;
}

/** Offers suites of TLS 1.2; where the connection ends instead of an answer, the same without finite-field Diffie-Hellman. */
export async function offerOlder(
  services: Services,
  suites: readonly CipherSuite[],
  options: Omit<ClientHelloOptions, 'version' | 'cipherSuites'> = {},
): Promise<OlderAnswer> {
  const offered = (some: readonly CipherSuite[]) =>
    offer(services, { ...options, version: 'TLSv1.2', cipherSuites: some.map(({ number }) => number) });
  const answer = await offered(suites);
  const others = suites.filter(({ finiteField }) => !finiteField);
  if (answer.kind !== 'closed' || others.length === suites.length || others.length === 0) return { answer };
  const without = await offered(others);
  return without.kind === 'server-hello' ? { answer: without, hungUp: answer } : { answer };
}

/** A server that chooses what it cannot do hangs up on clients that it could serve. */
export function judgeHangingUp(verify: Strength, { answer, hungUp }: OlderAnswer): void {
  verify.that(hungUp === undefined, {
    demand: 'an offer of TLS 1.2 with finite-field Diffie-Hellman in front is answered',
    expected: 'a ServerHello or an alert',
    actual: `${hungUp?.text ?? answer.text} (without finite-field Diffie-Hellman: ${answer.text})`,
  });
}

/** Numbers of the suites of TLS 1.2 and older that are still in order: encrypted, authenticated, 112 bits or more. */
function soundSuites({ tls }: Services): readonly number[] {
  return tls
    .olderSuites((suite) => !suite.null && !suite.anon && !suite.export && !suite.rc4 && suite.bits >= 112)
    .map(({ number }) => number);
}

/** What a client of today offers, in two hellos: those of TLS 1.2 and older, and TLS 1.3 alone. */
export function currentOffers(services: Services): readonly [ClientHelloOptions, ClientHelloOptions] {
  return [{ version: 'TLSv1.2', cipherSuites: soundSuites(services) }, { version: 'TLSv1.3' }];
}

/**
 * Proves that the endpoint answers a ClientHello at all, so that the refusal of another one is its own
 * doing; ends the check as inconclusive where it does not. Returns what was negotiated.
 */
export async function provenAnswer(services: Services): Promise<ServerHello> {
  const { role, inconclusive } = services;
  const seen: string[] = [];
  let cause: ReturnType<typeof causeOf> = 'timeout';
  for (const options of currentOffers(services)) {
    const answer = await offer(services, options);
    if (answer.kind === 'server-hello') return answer;
    seen.push(`${options.version}: ${answer.text}`);
    if (causeOf(answer) === 'precondition') cause = 'precondition';
  }
  return inconclusive(cause, `${role} answers no ClientHello with a ServerHello: ${seen.join('; ')}.`);
}

/** An answer to a ClientHello of any version. */
type AnyAnswer = Pick<HelloAnswer, 'text'> & { readonly kind: string; readonly bytes?: Buffer };

/** Why an answer settles nothing: silence may be that of a busy machine, and is asked for once more. */
export function causeOf({ kind }: Pick<AnyAnswer, 'kind'>): 'timeout' | 'precondition' {
  return kind === 'silence' ? 'timeout' : 'precondition';
}

/** Whether an answer says no: by an alert, or after an upgrade command in the clear. */
export function saysNo({ role }: Pick<Services, 'role'>, { kind, bytes }: AnyAnswer): boolean {
  if (kind === 'alert') return true;
  return bytes !== undefined && ROLES[role].tls === 'upgrade' && refusesInClear(role, bytes);
}

/**
 * Whether an answer is a refusal: in words, or by the end of the connection. Silence is none: nothing says that the
 * server has decided. Neither are octets that can be read as no protocol.
 */
export function isRefusal(services: Pick<Services, 'role'>, answer: AnyAnswer): boolean {
  return saysNo(services, answer) || answer.kind === 'closed' || answer.kind === 'sslv2-error';
}

/**
 * Whether an offer was taken.
 * @param what the offer in a sentence, such as `The weak suites were`
 * @throws Inconclusive where it was neither taken nor refused
 */
export function isTaken(services: Services, answer: AnyAnswer, what: string): boolean {
  if (answer.kind === 'server-hello' || answer.kind === 'sslv2-hello') return true;
  if (!isRefusal(services, answer))
    services.inconclusive(causeOf(answer), `${what} neither taken nor refused: ${answer.text}.`);
  return false;
}

/** An offer must be refused; `control` is the answer to a current one. */
export function verifyRefused(
  services: Services,
  verify: Strength,
  answer: AnyAnswer,
  { what, demand, control }: { readonly what: string; readonly demand: string; readonly control: AnyAnswer },
): void {
  verify.that(!isTaken(services, answer, what), {
    demand,
    expected: 'an alert, the end of the connection, or a refusal in the clear',
    actual: `${answer.text} (a current offer: ${control.text})`,
  });
}
