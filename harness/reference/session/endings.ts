/** The client ended the connection, or the server is being closed: nobody is left to answer. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
  constructor(while_: string) {
    super(`The connection ended while waiting for ${while_}.`);
  }
}

/** The client said nothing for as long as the protocol makes a server wait. */
export class IdleTooLong extends Error {
  override readonly name = 'IdleTooLong';
  constructor(ms: number, awaited: string) {
    super(`Nothing came for ${ms} ms while waiting for ${awaited}.`);
  }
}
