// Messages to users, kept in Redis lists.
'use strict';
const { createClient } = require('redis');
const { serve } = require('./service');

const redis = createClient({ url: process.env.REDIS_URL, disableOfflineQueue: true });
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
