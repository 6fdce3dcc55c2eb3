/** What senders of mail and those who receive it do to tell who wrote it; handed to checks as `authentication`. */
export { type SealOrder, sealed } from './arc/seal.ts';
export { type ArcField, arcFields, type Chain, verifyChain } from './arc/verify.ts';
export * as dkim from './dkim/dkim.ts';
export { type AggregateReport, readAggregateReport } from './dmarc/aggregate-report.ts';
export * as spf from './spf/spf.ts';
export { readTlsReport, type TlsReport, type TlsReportPolicy } from './tlsrpt/tls-report.ts';
