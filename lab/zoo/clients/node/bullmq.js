const { Queue } = require('bullmq');
const { run, env } = require('./shapes');

async function connect() {
  return new Queue('orders', {
    connection: {
      host: env.HOST, port: Number(env.PORT), password: env.PASSWORD || undefined, connectTimeout: env.TIMEOUT * 1000,
      retryStrategy: (times) => (times > Number(env.TRIES) ? null : 500),
      tls: env.TLS === 'off' ? undefined : { rejectUnauthorized: env.TLS === 'verified' },
    },
  });
}

run(connect, (queue) => queue.add('order', {}));
