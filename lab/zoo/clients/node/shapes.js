// The ways in which a program meets a failure: SHAPE is uncaught, caught (one line, exit 1) or retried (TRIES times).
const { SHAPE = 'uncaught', TRIES = '3', STAY } = process.env;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function work(connect, ask) {
  const handle = await connect();
  await ask(handle);
  console.log('ready');
  while (STAY) {
    await sleep(300);
    await ask(handle);
  }
  process.exit(0);
}

async function run(connect, ask) {
  if (SHAPE === 'uncaught') return work(connect, ask);
  for (let attempt = 1; attempt <= (SHAPE === 'retried' ? Number(TRIES) : 1); attempt += 1) {
    try {
      return await work(connect, ask);
    } catch (error) {
      console.error(SHAPE === 'retried' ? `attempt ${attempt}: ${error.message}` : error.message);
    }
    if (SHAPE === 'retried') await sleep(1000);
  }
  process.exit(1);
}

module.exports = { run, env: process.env };
