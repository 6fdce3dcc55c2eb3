import { keyRecord, type SigningKey, signingKey } from '../../../authentication/dkim/keys.ts';
import { type SignatureOrder, signature } from '../../../authentication/dkim/sign.ts';
import type { FaultName } from '../../../model/faults.ts';
import { lines } from '../../../wire/bytes.ts';

/** What is published under the name of the selector; a failure of the DNS is told by its code. */
export type KeyAnswer = string | { readonly code: 'ENOTFOUND' | 'ESERVFAIL' };

/** A signed message, the record of its key, and what the server says about it: results and refusal. */
export interface SignatureObservation {
  readonly good: RegExp;
  readonly faulty: RegExp;
  readonly message: () => Promise<Buffer>;
  readonly answer: () => Promise<KeyAnswer>;
}

const HEADER = lines('From: <a@signer.test>', 'To: <b@example.test>', 'Subject: minutes', '\tfolded');
const TEXT = lines('', 'The minutes are complete.');

interface Scene {
  readonly kind?: SigningKey['kind'];
  readonly order?: Partial<SignatureOrder>;
  readonly body?: Buffer;
  /** What is done to the message after the signer. */
  readonly change?: (signed: Buffer) => Buffer;
  /** The record, from the proper one. */
  readonly record?: (proper: string) => KeyAnswer;
  /** Broken signatures above the good one. */
  readonly above?: number;
}

function observation(good: RegExp, faulty: RegExp, scene: Scene): SignatureObservation {
  const { kind = 'rsa-2048', order, body = TEXT, change = (signed) => signed, record, above = 0 } = scene;
  return {
    good,
    faulty,
    async message() {
      const key = await signingKey(kind);
      const whole: SignatureOrder = {
        domain: 'signer.test',
        selector: 's',
        key,
        fields: ['from', 'subject'],
        ...order,
      };
      const message = Buffer.concat([HEADER, body]);
      const broken = signature(Buffer.concat([message, lines('More.')]), whole);
      const signatures = [...Array.from({ length: above }, () => broken), signature(message, whole)];
      return change(Buffer.concat([...signatures, message]));
    },
    async answer() {
      const proper = keyRecord(await signingKey(kind));
      return record ? record(proper) : proper;
    },
  };
}

const replaced = (passage: string, other: string) => (signed: Buffer) =>
  Buffer.from(signed.toString('latin1').replace(passage, other), 'latin1');
const breaksBody = replaced('complete', 'finished');
const tag = (name: string, value: string) => ({ more: [{ name, value }] });

/** Faults in the verification of signatures. */
export const RECEIVED_SIGNATURES: Partial<Record<FaultName, SignatureObservation>> = {
  'dkim-verifies-nothing': observation(/^pass$/, /^$/, {}),
  'dkim-knows-no-ed25519': observation(/^pass$/, /^neutral$/, { kind: 'ed25519' }),
  'dkim-overlooks-body-changes': observation(/^fail$/, /^pass$/, { change: breaksBody }),
  'dkim-overlooks-header-changes': observation(/^fail$/, /^pass$/, {
    change: replaced('Subject: minutes', 'Subject: hours'),
  }),
  'dkim-refolding-breaks-signatures': observation(/^pass$/, /^fail$/, {}),
  'dkim-takes-sha1': observation(/^policy$/, /^pass$/, { order: { algorithm: 'rsa-sha1' } }),
  'dkim-takes-short-keys': observation(/^policy$/, /^pass$/, { kind: 'rsa-512' }),
  'dkim-takes-no-long-keys': observation(/^pass$/, /^neutral$/, { kind: 'rsa-4096' }),
  'dkim-misjudges-empty-bodies': observation(/^pass$/, /^fail$/, { body: lines('') }),
  'dkim-needs-no-author': observation(/^neutral$/, /^pass$/, { order: { fields: ['subject'] } }),
  'dkim-takes-foreign-identities': observation(/^neutral$/, /^pass$/, { order: tag('i', '@other.test') }),
  'dkim-takes-any-version': observation(/^neutral$/, /^pass$/, {
    order: { rewrite: (tags) => tags.map((one) => (one.name === 'v' ? { ...one, value: '2' } : one)) },
  }),
  'dkim-overlooks-key-hashes': observation(/^neutral$/, /^pass$/, {
    record: (proper) => proper.replace('k=', 'h=sha1; k='),
  }),
  'dkim-overlooks-key-service': observation(/^neutral$/, /^pass$/, {
    record: (proper) => proper.replace('k=', 's=other; k='),
  }),
  'dkim-overlooks-key-strictness': observation(/^neutral$/, /^pass$/, {
    order: tag('i', '@below.signer.test'),
    record: (proper) => proper.replace('k=', 't=s; k='),
  }),
  'dkim-missing-key-is-temporary': observation(/^neutral$/, /^temperror$/, {
    record: () => ({ code: 'ENOTFOUND' }),
  }),
  'dkim-refuses-tests': observation(/^fail$/, /^fail 550$/, {
    change: breaksBody,
    record: (proper) => proper.replace('k=', 't=y; k='),
  }),
  'dkim-defers-broken-signatures': observation(/^fail$/, /^fail 451$/, { change: breaksBody }),
  'dkim-refuses-broken-signatures': observation(/^fail$/, /^fail 550$/, { change: breaksBody }),
  'dkim-unknown-key-passes': observation(/^temperror$/, /^pass$/, {
    record: () => ({ code: 'ESERVFAIL' }),
  }),
  'dkim-unknown-key-is-permanent': observation(/^temperror$/, /^permerror$/, {
    record: () => ({ code: 'ESERVFAIL' }),
  }),
  'dkim-looks-at-first-signature-only': observation(/^fail pass$/, /^fail$/, { above: 1 }),
  'dkim-looks-at-ten-signatures': observation(/^(fail ){10}pass$/, /^(fail ?){10}$/, { above: 10 }),
  'dkim-takes-excessive-lengths': observation(/^permerror$/, /^pass$/, {
    order: {
      rewrite: (tags) => [...tags.slice(0, -1), { name: 'l', value: '1000' }, ...tags.slice(-1)],
    },
  }),
  'dkim-takes-partial-bodies': observation(/^policy$/, /^pass$/, { order: { bodyLength: 5 } }),
  'dkim-overlooks-expiry': observation(/^neutral$/, /^pass$/, { order: tag('x', '1000000000') }),
};
