import type { ConformanceStatement } from '../../harness/model/conformance-statement.ts';
import type { ControlResult } from '../../harness/model/control-result.ts';
import type { Safety } from '../../harness/model/levels.ts';
import type { CheckResult } from '../../harness/model/result.ts';
import type { Role } from '../../harness/model/roles.ts';
import type { Suite } from '../../harness/model/suites.ts';
import type { Verdict } from '../../harness/model/verdict.ts';
import type { LikelyCause } from './diagnosis.ts';
import type { Language } from './language.ts';
import type { NotSelectedReason } from './scope.ts';

/** What a profile makes of a `fail`: it fails the run, is reported as warning, or is listed only. */
export type Gate = 'fail' | 'warn' | 'info';

/** Whether a target can be trusted; `undetermined` is an answer, never a success. */
export type Conclusion = 'conformant' | 'non-conformant' | 'undetermined';

/** Somebody's decision to live with a deviation until a day; it never changes a verdict. */
export interface Waiver {
  readonly reason: string;
  /** Who decided. */
  readonly authority: string;
  /** The last day on which it holds, in UTC: `2027-03-31`. */
  readonly expires: string;
  /** `file:line:column` of the entry that says so. */
  readonly place: string;
}

/** A result with the consequence that the profile of the run gives it. */
export interface GatedResult extends CheckResult {
  readonly gate: Gate;
  /**
   * `finding`: a fail that counts; `unsettled`: no verdict where one is required; `waived`: one of
   * these that was expected; `advice`: a fail or warn that does not count; `none`. Derived from verdict,
   * gate, strictness and waiver.
   */
  readonly consequence: 'finding' | 'unsettled' | 'waived' | 'advice' | 'none';
  /** The entry of the expected deviations that speaks of this result; null where there is none. */
  readonly waiver: Waiver | null;
}

/** An entry of the expected deviations, and what this run says about it. */
export interface Expectation extends Waiver {
  readonly target: string;
  readonly check: string;
  readonly verdict: WaivableVerdict;
  /** `met`: it occurred; `stale`: the entry is out of date and fails the run; `open`: this run cannot tell. */
  readonly state: 'met' | 'stale' | 'open';
  readonly why: string;
}

/** Verdicts that can be expected; our own errors cannot. */
export type WaivableVerdict = 'fail' | 'warn' | 'inconclusive';

/** One target of a run. */
export interface TargetRecord {
  readonly name: string;
  /** Where the target is declared; the file as the user named it. */
  readonly declaredAt: { readonly file: string; readonly line: number };
  readonly driver: string;
  readonly domain: string;
  readonly hostname: string;
  readonly endpoints: readonly { readonly role: Role; readonly address: string }[];
  /** Greeting and announced capabilities per role, before and after TLS, in visible notation. */
  readonly capabilities: readonly RoleSnapshot[];
  /** Every certificate that the ports of the target sent, each once; absent where none was seen. */
  readonly certificates?: readonly CertificateRecord[];
  /** Where the client stood, and whether the target trusts one of these addresses; null without a lab. */
  readonly lab?: LabRecord | null;
  /** Image digest, build arguments, container id: whatever the driver knows of the artefact. */
  readonly artefact: Readonly<Record<string, string>>;
  /** What its vendor states about it; absent where the targets file has no statement. */
  readonly conformanceStatement?: ConformanceStatement;
  /** What a server that runs already was visited for, and who answers for that; absent for what the run made. */
  readonly guest?: GuestRecord;
  readonly conclusion: Conclusion;
  /** Why the target could not be audited at all; null when it was. */
  readonly failure: string | null;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly notSelected: readonly NotSelected[];
  /** What must be known before checks can tell anything; absent where none had to run. */
  readonly controls?: readonly ControlResult[];
  /** Mistakes that explain several findings each, the gravest first; absent where none does. */
  readonly causes?: readonly LikelyCause[];
  readonly results: readonly GatedResult[];
}

/** What the audit of a server that runs already was permitted. */
export interface GuestRecord {
  readonly permissions: readonly Safety[];
  /** Who allowed what goes beyond reading; null where nobody is named. */
  readonly authority: string | null;
  /** Whom people could ask about it; null where nobody is named. */
  readonly contact: string | null;
}

/** A check that was not asked. */
export interface NotSelected {
  readonly check: string;
  /** Goes on from the check, in English. */
  readonly why: string;
  /** The kind of it; absent in records of versions that wrote the sentence alone. */
  readonly reason?: NotSelectedReason;
}

export interface LabRecord {
  readonly vantages: readonly {
    readonly name: string;
    readonly address: string;
    readonly network: string;
  }[];
  /** What the target does to strangers cannot be seen: it knows an address of the client. */
  readonly trustedVantage: boolean;
  /** What was seen from the vantages before the first check, in visible notation. */
  readonly notes: readonly string[];
}

export interface RoleSnapshot {
  readonly role: Role;
  /** Null where the role did not answer; `failure` then says how. */
  readonly greeting: string | null;
  readonly clear: readonly string[];
  readonly tls: readonly string[];
  readonly tlsProtocol: string | null;
  readonly tlsCipher: string | null;
  /** Fingerprints of the certificates as they were sent, its own first; absent where none was seen. */
  readonly chain?: readonly string[];
  readonly failure: string | null;
}

/** What a certificate says (RFC 5280 §4), its texts in visible notation. */
export interface CertificateRecord {
  /** SHA-256 of its DER, in hexadecimal. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** The first dNSName entries of subjectAltName. */
  readonly names: readonly string[];
  readonly namesOmitted: number;
  /** Moments in UTC; null where the certificate cannot be read, which the subject then says. */
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  /** Kind and size or curve: `rsa 2048`, `ec prime256v1`. */
  readonly key: string;
  /** Name of the signature algorithm. */
  readonly signature: string;
  readonly selfSigned: boolean;
}

/** A clause of the document behind a profile, and the requirements that decide it. */
export interface ClauseRecord {
  readonly id: string;
  readonly title: string | null;
  readonly level: 'MUST' | 'SHOULD' | null;
  /** Codes; empty where nobody can decide the clause from outside. */
  readonly checks: readonly string[];
  /** Why nobody can; null where somebody can. */
  readonly whyNot: string | null;
}

/** A test specification for laboratories, and the requirements that decide its cases. */
export interface SpecificationRecord {
  readonly id: string;
  readonly version: string;
  readonly modules: readonly ModuleRecord[];
}

/** A module of a test specification: what of the object under test it is about, and its cases. */
export interface ModuleRecord {
  /** The letter with which its cases begin. */
  readonly id: string;
  readonly title: string;
  /** What the vendor answers for in the conformance statement. */
  readonly feature: string;
  /** Whether the guideline after the specification demands the feature. */
  readonly level: 'MUST' | 'SHOULD';
  /** When it is demanded at all; null: always. */
  readonly condition: string | null;
  readonly cases: readonly TestCaseRecord[];
}

export interface TestCaseRecord {
  readonly id: string;
  /** Codes; empty where nobody can decide the case from outside. */
  readonly checks: readonly string[];
  /** The case of the same specifications that it repeats for another component; null where it is its own. */
  readonly repeats: string | null;
  /** Why nobody can decide it; null where somebody can. */
  readonly whyNot: string | null;
}

/** How to mend what some checks find. */
export interface Remedy {
  readonly topic: string;
  readonly checks: readonly string[];
  /** What to do, whatever the server, in each language of the reports. */
  readonly advice: Readonly<Record<Language, string>>;
  readonly servers: readonly {
    readonly server: string;
    /** What to write into its configuration; a line that begins with `#` says where. */
    readonly lines: readonly string[];
  }[];
}

/** What a check is called, sends and demands, in another language than that of the record. */
export interface Translation {
  readonly check: string;
  readonly language: Exclude<Language, 'en'>;
  readonly title: string;
  readonly sends: string;
  readonly demands: string;
}

/** Which part of an earlier run was asked again: the rest of it is no part of the conclusion. */
export interface RerunOf {
  readonly runId: string;
  /** Results of this run, and of the earlier one on the same targets. */
  readonly checks: number;
  readonly of: number;
}

/** In which order a run took its checks, where that is not the usual one. */
export interface Order {
  /** Of the shuffle; what checks do to a server keeps its place, the gentle ones first. */
  readonly seed: number;
  /** One check at a time; else as many side by side as the target takes. */
  readonly isInTurn: boolean;
}

/**
 * How servers were found that no targets file declares: options of the command line and what they said. A password is
 * none of them, only the name of the variable that has it; nor is the yes to what was asked.
 */
export interface FoundBy {
  readonly host?: string;
  readonly domain?: string;
  readonly resolver?: string;
  readonly mailDomain?: string;
  readonly account?: string;
  readonly login?: string;
  readonly passwordEnv?: string;
  readonly permit?: string;
}

/** The record of a run: `results.json`. Every report is a pure function of it. */
export interface RunRecord {
  readonly schema: 'mailspec-results/1';
  readonly runId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly conclusion: Conclusion;
  readonly exitCode: 0 | 1 | 2 | 3 | 4 | 5;
  /** Whether the run was ended before its time, by whom. */
  readonly interrupted: string | null;
  readonly tool: {
    readonly name: 'mailspec';
    readonly version: string;
    readonly commit: string | null;
    readonly node: string;
    readonly openssl: string;
  };
  readonly environment: {
    readonly os: string;
    readonly arch: string;
    readonly ci: string | null;
    readonly engine: string | null;
  };
  readonly profile: {
    readonly id: string;
    readonly version: string;
    readonly title: string;
    readonly strict: boolean;
    /** Whether somebody compared the profile with the document behind it. */
    readonly verification: 'verified' | 'not-verified';
    /** The clauses of that document, in its order; empty where there is none. */
    readonly clauses: readonly ClauseRecord[];
    /** The test specifications of that document; absent where there is none. */
    readonly specifications?: readonly SpecificationRecord[];
  };
  /**
   * The file of expected deviations that the command line named; null: none was to be taken; absent: that beside the
   * targets file.
   */
  readonly expectedFrom?: string | null;
  /** Absent where a targets file declares what was audited. */
  readonly foundBy?: FoundBy;
  /** The earlier run of which this one asked a part again; absent where it asked on its own. */
  readonly rerunOf?: RerunOf;
  /** Absent where the checks were taken in the usual order, side by side. */
  readonly order?: Order;
  readonly selection: { readonly only: readonly string[]; readonly skip: readonly string[] };
  readonly counts: Readonly<Record<Verdict, number>> & { readonly notSelected: number };
  /** Deviations that were expected; empty without a file of them. */
  readonly expected: readonly Expectation[];
  /** How to mend what did not pass, as far as somebody wrote it down. */
  readonly remedies: readonly Remedy[];
  /** The texts of its checks in other languages, as far as somebody translated them. */
  readonly translations: readonly Translation[];
  /** Folders of suites that the command line named; absent where it named none. */
  readonly suitesFrom?: readonly string[];
  /** Suites that somebody else wrote and that were asked; absent where there are none. */
  readonly suites?: readonly Required<Suite>[];
  readonly targets: readonly TargetRecord[];
}
