const { run, env } = require('./shapes');

async function ask() {
  const answer = await fetch(env.URL, { signal: AbortSignal.timeout(env.TIMEOUT * 1000) });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
}

run(async () => null, ask);
