const { Kafka } = require('kafkajs');
const { run, env } = require('./shapes');

async function connect() {
  const kafka = new Kafka({
    clientId: 'app', brokers: [`${env.HOST}:${env.PORT}`], connectionTimeout: env.TIMEOUT * 1000,
    requestTimeout: env.TIMEOUT * 1000, retry: { retries: Number(env.TRIES), maxRetryTime: 1000 }, ssl: env.TLS !== 'off',
  });
  const producer = kafka.producer();
  await producer.connect();
  return producer;
}

run(connect, (producer) => producer.send({ topic: 'orders', messages: [{ value: 'order' }] }));
