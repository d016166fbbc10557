// The page that customers see, rendered from what the gateway answers.
'use strict';
const { call, serve, settings } = require('./service');

const { GATEWAY_URL } = settings;

async function page() {
  const { wallets } = await call('GET', `${GATEWAY_URL}/wallets`);
  const rows = wallets.map(({ owner, balance_cents }) => `<tr><td>${owner}<td>${(balance_cents / 100).toFixed(2)}`);
  return `<!doctype html><title>payflow</title><h1>payflow</h1><table>${rows.join('')}</table>`;
}

serve('frontend', {
  routes: { 'GET /': page },
  ready: () => call('GET', `${GATEWAY_URL}/health`),
});
