#!/usr/bin/env node
// An older Node cannot even read the TypeScript sources, so this guard is plain JavaScript and comes first.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `mailspec needs Node 24 or later and was started with ${process.versions.node} (${process.execPath}). ` +
      'Inside the project, npm run and npx use the Node 24 that npm ci installs.',
  );
  process.exit(3);
}
const { enableCompileCache } = await import('node:module');
enableCompileCache();
// What a check holds dies with it, so that a large nursery of V8 costs memory and saves nothing. This is for the
// threads that are still to come; that of this one is limited on the command line (package.json).
const { setFlagsFromString } = await import('node:v8');
setFlagsFromString('--max-semi-space-size=8');
// Whoever reads the output may stop (`| head`); a run goes on and writes its reports.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv);
