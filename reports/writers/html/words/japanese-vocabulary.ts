import type { Conclusion, Gate } from '../../../model/record.ts';
import type { Standing } from '../../../model/standing.ts';
import type { Cause, Level, OwnSuite, Role, Severity, Verdict } from '../../../model/vocabulary.ts';
import type { VOCABULARY } from './english-vocabulary.ts';

const conclusions: Readonly<Record<Conclusion, string>> = {
  conformant: '適合',
  'non-conformant': '不適合',
  undetermined: '判定不能',
};

const verdicts: Readonly<Record<Verdict, { readonly name: string; readonly meaning: string }>> = {
  pass: { name: '合格', meaning: 'サーバーが要求どおりに動作することを確認しました。' },
  warn: { name: '警告', meaning: '必須の要求は満たしていますが、推奨される動作ではありません。' },
  fail: { name: '不合格', meaning: 'サーバーが要求に違反することを確認しました。' },
  inconclusive: { name: '判定不能', meaning: '観測した内容だけでは合否を判定できません。' },
  error: { name: 'エラー', meaning: '検査自体が失敗しました。サーバーの良否を示すものではありません。' },
  'not-run': { name: '未実施', meaning: '検査対象に選ばれましたが、結果が得られませんでした。' },
  'not-applicable': { name: '対象外', meaning: '要求の前提となる機能がないことを確認しました。' },
};

const standings: Readonly<Record<Standing, string>> = {
  finding: '指摘事項',
  unsettled: '未確定',
  waived: '容認済み',
  advisory: '不合格（要求外）',
  advice: '助言',
  open: '未確定（要求外）',
  passed: '合格',
  notApplicable: '対象外',
};

const severities: Readonly<Record<Severity, { readonly name: string; readonly meaning: string }>> = {
  critical: { name: '緊急', meaning: 'サーバーに到達できる者なら誰でも直ちに悪用できます。' },
  high: { name: '高', meaning: '攻撃を受けた時点で、利用者が頼りにしている保護が失われます。' },
  medium: { name: '中', meaning: '保護または相互運用性が弱まります。' },
  low: { name: '低', meaning: '正しいメールの取り扱いが本来より劣ります。' },
  info: { name: '情報', meaning: '参考情報です。失われるものはありません。' },
};

const levels: Readonly<Record<Level, string>> = {
  MUST: '引用した規定はサーバーに義務を課しています。',
  SHOULD: '引用した規定は、正当な理由がある場合に限り例外を認めています。',
  MAY: '引用した規定はサーバーの任意としています。',
  policy: '現在の慣行です。RFC による義務ではありません。',
};

const gates: Readonly<Record<Gate, string>> = {
  fail: 'プロファイルの必須項目',
  warn: 'プロファイルの推奨項目',
  info: 'プロファイルでは参考項目',
};

const causes: Readonly<Record<Cause, string>> = {
  harness: '検査ツールが故障しました。',
  environment: '検査環境に障害が発生しました。',
  unreachable: 'サーバーに到達できませんでした。',
  crashed: 'サーバーが応答しなくなりました。',
  closed: 'サーバーが接続を切断しました。',
  malformed: 'サーバーの応答を解釈できませんでした。',
  precondition: '検査の前提となる動作が成立しませんでした。',
  timeout: '検査の制限時間を超過しました。',
  vacuous: '検査は何も検証しないまま終了しました。',
};

const roles: Readonly<Record<Role, string>> = {
  mx: '他のサーバーからメールを受信',
  submission: '利用者の送信メールを受付（途中で TLS に切り替え）',
  submissions: '利用者の送信メールを受付（最初から TLS）',
  pop3: 'メールを取り出し（途中で TLS に切り替え）',
  pop3s: 'メールを取り出し（最初から TLS）',
  imap: 'メールにアクセス（途中で TLS に切り替え）',
  imaps: 'メールにアクセス（最初から TLS）',
};

const topics: Readonly<Record<OwnSuite, string>> = {
  'plaintext-auth': '平文認証の露出',
  starttls: 'STARTTLS：状態、コマンド注入、除去攻撃',
  'implicit-tls': '暗黙の TLS、証明書、プロトコルの下限',
  submission: 'メール投稿と SMTP AUTH',
  'open-relay': 'オープンリレー',
  'pop-before-smtp': 'POP before SMTP とその有効期間',
  spf: 'SPF の検証と公開',
  dkim: 'DKIM の検証と署名',
  dmarc: 'DMARC と Authentication-Results',
  'transport-policy': 'MTA-STS、DANE、送信時のダウングレード',
  'smtp-core': 'SMTP の基本動作とスマグリング',
  'pop3-core': 'POP3 の基本動作',
  'imap-core': 'IMAP の基本動作',
  'message-integrity': 'メールが変更されずに届くこと',
  dnsbl: 'ブロックリスト',
  op25b: '25 番ポートの送信遮断（OP25B）',
};

const risks: Readonly<Record<OwnSuite, string>> = {
  'plaintext-auth': '経路上で盗聴する者に、パスワードを、ひいてはメールを読まれます。',
  starttls:
    '経路上の者に、メールの暗号化を妨げられたり、クライアントになりすましてコマンドを差し込まれたりします。',
  'implicit-tls': 'クライアントは、このサーバーとだけ通信していると確信できないか、安全に通信できません。',
  submission: '利用者が安全に送信できないか、他人が利用者の名で送信できます。',
  'open-relay':
    '第三者がこのサーバーを経由してメールを送信でき、その結果サーバーは各所で拒否されるようになるか、不正中継への対策のために正当なメールが受け取られません。',
  'pop-before-smtp': '利用者と同じ IP アドレスを使う者は、利用者として送信できます。',
  spf: '送信者を偽ったメールが届くか、正当なメールが届きません。',
  dkim: '偽造や改変されたメールが本物として通るか、本物が通りません。',
  dmarc: '名前を偽ったメールが、その名前を信頼する人に届きます。',
  'transport-policy': '保護されるはずのメールが、途中で読まれたり、別の宛先へ誘導されたりします。',
  'smtp-core': 'メールが失われたり、分割や偽造をされたりするか、他のサーバーとの間で誤解が生じます。',
  'pop3-core': 'メールボックスのメールが失われたり、重複したり、他人に見えたりします。',
  'imap-core': 'メールボックスのメールが失われたり、機器の間で食い違ったり、他人に見えたりします。',
  'message-integrity': '届くメールが、送られたものと異なります。',
  dnsbl: '不要なメールが届くか、必要なメールが拒否されます。',
  op25b: '感染した機器がこの網から迷惑メールを送信できるか、利用者が安全に送信できません。',
};

const legend = {
  colours: '結果の扱い',
  elsewhere: (outcome: string) => `他の報告書では ${outcome}`,
  others: 'JUnit、TAP、CTRF での件数',
  obstacles: (count: number) => `errored には、検査以外の障害 ${count} 件を含みます。`,
};

/** What words of the record mean, in Japanese. */
export const JAPANESE_VOCABULARY: typeof VOCABULARY = {
  conclusions,
  verdicts,
  standings,
  severities,
  levels,
  gates,
  causes,
  roles,
  risk: (suite) => (isOwn(suite) ? risks[suite] : null),
  legend,
  topic: ({ slug, topic, owner }) => (isOwn(slug) ? topics[slug] : owner ? `${topic}（${owner}）` : topic),
};

function isOwn(suite: string): suite is OwnSuite {
  return suite in topics;
}
