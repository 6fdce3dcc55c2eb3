/** DKIM (RFC 6376) as checks and the reference server use it. */
export { txtStrings } from 'net-mocks';
export type { KeyKind, PublishedKey, SigningKey } from './keys.ts';
export { keyRecord, readKeyRecord, signingKey } from './keys.ts';
export type { SignatureOrder } from './sign.ts';
export { signature, signed } from './sign.ts';
export type { Tag } from './tag-list.ts';
export { membersOf, parseTagList, tagValue } from './tag-list.ts';
export type { TxtLookup, VerifiedSignature } from './verify.ts';
export { verify } from './verify.ts';
