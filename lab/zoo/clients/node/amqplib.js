const amqp = require('amqplib');
const { run, env } = require('./shapes');

function connect() {
  return amqp.connect(env.URL, { timeout: env.TIMEOUT * 1000, rejectUnauthorized: env.TLS === 'verified' });
}

async function ask(connection) {
  const channel = await connection.createChannel();
  await channel.assertQueue(env.QUERY);
  await channel.close();
}

run(connect, ask);
