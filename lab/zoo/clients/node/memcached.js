const Memcached = require('memcached');
const { run, env } = require('./shapes');

async function connect() {
  return new Memcached(`${env.HOST}:${env.PORT}`, { timeout: env.TIMEOUT * 1000, retries: 0 });
}

function ask(client) {
  return new Promise((resolve, reject) => {
    client.set('key', 'value', 60, (error) => (error ? reject(error) : resolve()));
  });
}

run(connect, ask);
