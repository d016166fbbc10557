// The one door to the services behind it: checks the token, counts requests in Redis, passes the call on.
'use strict';
const { createClient } = require('redis');
const { call, patience, serve, settings } = require('./service');

const { AUTH_URL, TRANSACTION_URL, WALLET_URL, REDIS_URL, REQUESTS_PER_MINUTE } = settings;
const redis = createClient({ url: REDIS_URL, ...patience.redis });
redis.on('error', (err) => console.error(`redis: ${err.message}`));
redis.connect();

async function user(token) {
  const { user } = await call('POST', `${AUTH_URL}/verify`, { token });
  const key = `requests:${user}:${Math.floor(Date.now() / 60000)}`;
  const count = await redis.incr(key);
  await redis.expire(key, 60);
  if (count > Number(REQUESTS_PER_MINUTE)) throw Object.assign(new Error('too many requests'), { status: 429 });
  return user;
}

async function pay({ body: { token, receiver, amount_cents } }) {
  return call('POST', `${TRANSACTION_URL}/transactions`, { sender: await user(token), receiver, amount_cents });
}

serve('api-gateway', {
  routes: {
    'POST /register': ({ body }) => call('POST', `${AUTH_URL}/register`, body),
    'POST /login': ({ body }) => call('POST', `${AUTH_URL}/login`, body),
    'POST /pay': pay,
    'GET /wallets': () => call('GET', `${WALLET_URL}/wallets`),
  },
  ready: () => redis.ping(),
});
