import { JAPANESE_FACTS } from './words/japanese-facts.ts';
import { JAPANESE_RESULTS } from './words/japanese-results.ts';
import { JAPANESE_VOCABULARY } from './words/japanese-vocabulary.ts';
import type { Words } from './words.ts';

/** The page in Japanese; what the record says in English alone, such as reasons, stays as it is there. */
export const JAPANESE: Words = {
  ...JAPANESE_VOCABULARY,
  ...JAPANESE_RESULTS,
  ...JAPANESE_FACTS,
  language: 'ja',
  moment: (iso) =>
    iso.replace(
      /^(\d+)-(\d+)-(\d+)T([\d:]+)(?:\.\d+)?Z$/,
      (_, year, month, day, time) => `${year}年${Number(month)}月${Number(day)}日 ${time} (UTC)`,
    ),
  span: (ms) => {
    if (ms < 1000) return `${Math.round(ms)} ミリ秒`;
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} 秒`;
    return `${Math.floor(ms / 60_000)} 分 ${Math.round((ms % 60_000) / 1000)} 秒`;
  },
  sentence: (statement) => `${statement}。`,
  space: '',
  colon: '：',
  comma: '、',
  stop: '。',
  untranslated:
    '判定理由のうち定型文でないもの、期待と実際の値、検査の限界、条項の表題、サーバーとの対話は、記録どおり英語で表示します。',
  report: 'メールサーバー監査報告書',
  skip: '本文へ移動',
  pageOf: ['', ' / ', ' ページ'],
  contents: '目次',
  sections: {
    run: '実施概要',
    timeline: '所要時間の内訳',
    controls: '対照試験',
    targets: '監査対象',
    causes: '原因',
    scope: '検査しなかった事項',
    search: '検索',
    overview: '結果の概要',
    clauses: '条項別の結果',
    matrix: '全検査の一覧',
    finding: '指摘事項',
    unsettled: '未確定',
    waived: '容認済み',
    advisory: '不合格（要求外）',
    advice: '助言',
    open: '未確定（要求外）',
    passed: '合格',
    notApplicable: '対象外',
    notSelected: '未選択',
    legend: '凡例',
  },
  explain: {
    causes:
      '一つの誤りで説明できる指摘と、同じ理由で判定できなかったものをまとめます。原因は類似に基づくもので、このサーバーの動作が、その誤りのあるサーバーと同じであることを示します。ここにないものは、以下に個別に示します。',
    scope: '結論は、これらの検査について何も述べません。実施して判定できなかったものは後に示します。',
    finding: 'プロファイルが問題とする違反です。一件でもあれば、その対象は不適合となります。',
    unsettled:
      '判定が必要であるにもかかわらず、結論が得られていません。解決するまで、対象が安全であるとは言えません。',
    waived:
      '想定済みの逸脱です。責任者が期限付きで容認したため実行の失敗にはなりませんが、判定と結論は変わりません。',
    clauses:
      '条項を判定するすべての要求が合格または対象外で、かつ少なくとも一つが合格のとき、その条項を「充足」とします。',
    timeline:
      '各検査を実施した時間帯です。必要なものを他の検査が使っている間は順番を待ち（順番待ち）、サーバーとのやり取りの間は作業し（作業）、メールの到着や時間の経過を意図して待つこともあります（待機）。複数の検査が同時に進みます。',
    controls:
      '検査の前提を確かめる試験です。対象ごとに一度だけ行い、その結果を前提とする検査すべてに用います。',
    advisory: 'プロファイルが問題としない違反です。結論には影響しません。',
    advice: '推奨事項からの逸脱です。結論には影響しません。',
    open: '判定できませんでしたが、プロファイルが判定を求めていないものです。',
    passed: '要求どおりであることを確認した項目です。',
    notApplicable: '対象に当てはまらない項目です。何がないことを確認したかを併記します。',
    notSelected:
      'プロファイルまたは実行時の指定により検査から除いた項目です。結論はこれらについて何も述べません。',
    legend: '印の形は判定を、色はプロファイルに照らした扱いを表します。',
  },
  runWhy: {
    conformant: (targets) =>
      targets === 1
        ? '対象は、判定できたプロファイルの要求をすべて満たしています。'
        : `${targets} 対象のすべてが、判定できたプロファイルの要求をすべて満たしています。`,
    'non-conformant': (broken, targets) =>
      targets === 1
        ? '対象はプロファイルの要求に違反しています。'
        : `${targets} 対象のうち ${broken} 対象がプロファイルの要求に違反しています。`,
    undetermined: (open, targets) =>
      targets === 1
        ? '対象がプロファイルを満たすかどうかを判定できませんでした。'
        : `${targets} 対象のうち ${open} 対象について、プロファイルを満たすかどうかを判定できませんでした。`,
  },
  targetWhy: {
    passed: (count) => `${count} 件の要求を満たしています。`,
    findings: (count, critical) =>
      `${count} 件の要求に違反しています${critical === 0 ? '' : `（うち緊急 ${critical} 件）`}。${
        count === 1 ? '内容' : '最も重大なもの'
      }：`,
    unsettled: (count) =>
      `必須の検査 ${count} 件で判定が得られませんでした。${count === 1 ? '内容' : '最初のもの'}：`,
    waived: (count) => `${count} 件の逸脱が容認されています。`,
    failure: '監査できませんでした：',
  },
  notSelectedNote: (count) => `${count} 件の検査は選択されていません。`,
  overview: { bySuite: '分野別', bySeverity: '重大度別', suite: '分野', severity: '重大度' },
  matrix: {
    show: '表示',
    all: 'すべて',
    check: '検査',
    notSelected: '未選択',
  },
  footer: (version) =>
    `mailspec ${version} が results.json から作成しました。ここに示した内容はすべて results.json に含まれています。`,
};
