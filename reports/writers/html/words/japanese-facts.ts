import type { FACTS } from './english-facts.ts';

/** What is said about the run and its targets, in Japanese. */
export const JAPANESE_FACTS: typeof FACTS = {
  facts: {
    run: '実行番号',
    started: '開始日時',
    took: '所要時間',
    profile: 'プロファイル',
    strict: '厳格（警告も問題とする）',
    notVerified: 'このプロファイルと原文書との対応は検証されていません。',
    tool: 'ツール',
    runtime: '実行環境',
    machine: 'マシン',
    ci: 'CI',
    engine: 'コンテナーエンジン',
    only: '限定した検査',
    without: '除外した検査',
    exit: '終了コード',
    interrupted: '中断理由',
    driver: 'ドライバー',
    domain: 'ドメイン',
    hostname: 'ホスト名',
    greeting: '接続時の応答',
    beforeTls: 'TLS 開始前の通知',
    insideTls: 'TLS 内での通知',
    noAnswer: '応答なし',
    announced: 'サーバーが通知する機能',
  },
};
