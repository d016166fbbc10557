// Messages to users, kept in Redis lists.
'use strict';
const { createClient } = require('redis');
const { patience, serve, settings } = require('./service');

const redis = createClient({ url: settings.REDIS_URL, ...patience.redis });
redis.on('error', (err) => console.error(`redis: ${err.message}`));
redis.connect();

async function notify({ body: { to, text } }) {
  await redis.lPush(`messages:${to}`, text);
  console.log(`notified ${to}`);
  return { to };
}

serve('notification-service', {
  routes: { 'POST /notify': notify },
  ready: () => redis.ping(),
});
