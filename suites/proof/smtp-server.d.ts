/** The part of the npm package smtp-server that the proofs use; the package ships no types. */
interface SmtpServerOptions {
  readonly secure?: boolean;
  readonly key?: string;
  readonly cert?: string;
  readonly authOptional?: boolean;
  readonly disableReverseLookup?: boolean;
  readonly hideSTARTTLS?: boolean;
  readonly onAuth?: (
    auth: { readonly username: string; readonly password: string },
    session: unknown,
    done: (error: Error | null, response?: { readonly user: string }) => void,
  ) => void;
}

interface SmtpServerInstance {
  listen(port: number, host: string, done: () => void): void;
  close(done: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  readonly server: { address(): { readonly port: number } };
}

declare module 'smtp-server' {
  export const SMTPServer: new (options: SmtpServerOptions) => SmtpServerInstance;
}

declare module 'smtp-server-3.18.1' {
  export const SMTPServer: new (options: SmtpServerOptions) => SmtpServerInstance;
}
