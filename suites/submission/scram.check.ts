import {
  type CheckDefinition,
  check,
  type SaslMechanism,
  type Services,
  type Verify,
} from '../../harness/check/check.ts';
import { accountLogsIn } from '../../harness/steps/controls/account-logs-in.ts';
import { openSaslSession, type SaslSession } from './sasl-session.ts';
import { FAILED_LOGINS } from './submission-check.ts';

/** Least iteration count that RFC 7677 §4 recommends. */
const ITERATIONS = 4_096;
const HASHES = ['SHA-1', 'SHA-256'] as const;

/** What the checks of this file have in common. */
const SCRAM = {
  ...FAILED_LOGINS,
  roles: ['submission', 'submissions', 'imaps', 'pop3s'],
  level: 'MUST',
  budget: '60s',
} as const satisfies Partial<CheckDefinition>;

export const scramRunsCorrectly = check(
  {
    id: 'SUB-012',
    slug: 'scram-runs-correctly',
    title: 'SCRAM runs correctly: nonce, iteration count, server signature, replay',
    sends:
      'SCRAM with the right password; then the recorded proof again, a wrong proof, a changed nonce, and a mandatory extension',
    demands:
      'the right run succeeds with a valid server signature, and every other fails; nonces differ between sessions',
    ...SCRAM,
    severity: 'high',
    clauses: ['rfc5802#5', 'rfc5802#5.1', 'rfc7677#3'],
    needs: ['account'],
    buildsOn: [accountLogsIn],
    kills: [
      'scram-constant-nonce',
      'scram-accepts-wrong-proof',
      'scram-wrong-server-signature',
      'scram-accepts-changed-nonce',
      'scram-accepts-mandatory-extension',
      'scram-few-iterations',
    ],
  },
  async (services) => {
    const { account, sasl, variant, notApplicable, inconclusive } = services;
    const credentials = account();
    const mechanisms = await offeredMechanisms(services);
    const hashes = HASHES.filter((hash) => mechanisms.includes(`SCRAM-${hash}`));
    if (hashes.length === 0) notApplicable('SCRAM is not offered.', mechanisms.join(' ') || 'no mechanism');

    for (const hash of hashes) {
      const run = sasl.scram({ ...credentials, hash });
      await variant(`SCRAM-${hash} with the right password`, async (verify) => {
        const session = await openSaslSession(services);
        const { accepted, line } = await session.authenticate(run);
        const { facts } = run;
        if (facts.problem !== undefined && facts.nonceExtendsOurs === undefined) {
          inconclusive('malformed', `The first message of the server cannot be used: ${facts.problem}`);
        }
        verify.that(facts.nonceExtendsOurs === true, {
          demand: 'the nonce of the server extends that of the client',
          expected: `a nonce that begins with ${facts.clientNonce}`,
          actual: facts.nonce ?? 'no nonce',
        });
        verify.that(accepted, { demand: 'the right password logs in', expected: 'success', actual: line });
        if (!accepted) return;
        verify.equal(facts.serverSignature, 'verified', 'the server proves that it knows the password too');
        verify.ideally.that((facts.iterations ?? 0) >= ITERATIONS, {
          demand: 'the iteration count keeps guessing expensive',
          expected: `at least ${ITERATIONS}`,
          actual: `${facts.iterations}`,
        });
      });

      const { record } = run;
      if (record) {
        const replay = () => sasl.scramReplay(record);
        await variant(`SCRAM-${hash}, the recorded run again`, (verify) =>
          refused(services, verify, 'a recorded run does not log in again', replay),
        );
      }
      for (const [name, deviation] of [
        ['a wrong proof', 'wrong-proof'],
        ['a changed nonce', 'changed-nonce'],
        ['a mandatory extension', 'mandatory-extension'],
      ] as const) {
        const deviating = () => sasl.scram({ ...credentials, hash, deviation });
        await variant(`SCRAM-${hash} with ${name}`, (verify) =>
          refused(services, verify, `${name} does not log in`, deviating),
        );
      }
      await variant(`SCRAM-${hash}, a second session`, async (verify) => {
        const second = sasl.scram({
          ...credentials,
          hash,
          deviation: 'wrong-proof',
          nonce: run.facts.clientNonce,
        });
        await (await openSaslSession(services)).authenticate(second);
        verify.that(second.facts.nonce !== undefined && second.facts.nonce !== run.facts.nonce, {
          demand: 'the nonce of the server differs between sessions',
          expected: 'another nonce for the same client nonce',
          actual: second.facts.nonce ?? 'no nonce',
        });
      });
    }
  },
);

export const channelBindingResistsDowngrade = check(
  {
    id: 'SUB-013',
    slug: 'channel-binding-resists-downgrade',
    title: 'SCRAM channel binding resists downgrade',
    sends:
      'SCRAM with the flag y although -PLUS is listed; -PLUS with the right, a corrupted and an unknown binding',
    demands: 'the flag y, the corrupted and the unknown binding fail; the right binding succeeds',
    ...SCRAM,
    severity: 'medium',
    clauses: ['rfc5802#6', 'rfc9266#3', 'rfc7677#4'],
    needs: ['account', 'raw-tls'],
    buildsOn: [accountLogsIn],
    limits: ['tls-unique is tried where the server negotiates TLS 1.2 only.'],
    kills: ['scram-accepts-downgrade-flag', 'scram-ignores-channel-binding', 'scram-plus-without-exporter'],
  },
  async (services) => {
    const { account, sasl, variant, notApplicable } = services;
    const credentials = account();
    const mechanisms = await offeredMechanisms(services);
    const hashes = HASHES.filter((hash) => mechanisms.includes(`SCRAM-${hash}-PLUS`));
    if (hashes.length === 0)
      notApplicable('No -PLUS mechanism is offered.', mechanisms.join(' ') || 'no mechanism');

    for (const hash of hashes) {
      if (mechanisms.includes(`SCRAM-${hash}`)) {
        const demand = 'a client that was made to believe in a server without binding is refused';
        const flagged = () => sasl.scram({ ...credentials, hash, deviation: 'flag-y' });
        await variant(`SCRAM-${hash} with the flag y`, (verify) =>
          refused(services, verify, demand, flagged),
        );
      }
      let bindingWorks = false;
      await variant(`SCRAM-${hash}-PLUS with the right binding`, async (verify) => {
        const session = await openSaslSession(services);
        const result = await session.authenticate(
          sasl.scram({ ...credentials, hash, binding: exporterOf(services, session) }),
        );
        bindingWorks = result.accepted;
        const modern = session.connection.tls?.protocol === 'TLSv1.3';
        verify.ideally.that(result.accepted, {
          demand: `the binding tls-exporter succeeds${modern ? ' on TLS 1.3' : ''}`,
          expected: 'success',
          actual: result.line,
        });
      });
      for (const [name, deviation] of [
        ['a corrupted binding', 'corrupted-binding'],
        ['an unknown binding', 'unknown-binding'],
      ] as const) {
        const misbound = (session: SaslSession) =>
          sasl.scram({ ...credentials, hash, binding: exporterOf(services, session), deviation });
        await variant(`SCRAM-${hash}-PLUS with ${name}`, async (verify) => {
          await refused(services, verify, `${name} is refused`, misbound);
          if (!bindingWorks)
            services.note('The right binding was refused as well, so this refusal shows little.');
        });
      }
    }
  },
);

/** In a session of its own, the mechanism does not log in. */
async function refused(
  services: Services,
  verify: Verify,
  demand: string,
  mechanismOf: (session: SaslSession) => SaslMechanism,
): Promise<void> {
  const session = await openSaslSession(services);
  const { accepted, line } = await session.authenticate(mechanismOf(session));
  verify.that(!accepted, { demand, expected: 'a refusal', actual: line });
}

function exporterOf({ sasl, inconclusive }: Services, { connection }: SaslSession) {
  const { session } = connection;
  if (!session) return inconclusive('harness', 'There is no TLS session to bind to.');
  return sasl.tlsExporter(session);
}

async function offeredMechanisms(services: Services): Promise<readonly string[]> {
  const session = await openSaslSession(services);
  session.connection.close();
  return session.mechanisms;
}
