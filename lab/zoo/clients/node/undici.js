const { Agent, request } = require('undici');
const { run, env } = require('./shapes');

const wait = env.TIMEOUT * 1000;
const dispatcher = new Agent({ connect: { timeout: wait }, headersTimeout: wait });

async function ask() {
  const { statusCode } = await request(env.URL, { dispatcher });
  if (statusCode >= 400) throw new Error(`status ${statusCode}`);
}

run(async () => null, ask);
