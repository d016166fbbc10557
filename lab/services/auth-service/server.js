// Users and tokens. Creates its own tables at start (initDB): with WAIT_FOR_DB=true it retries until the database answers;
// with false, as it was before the fix, the first refusal ends the process.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const { Pool } = require('pg');
const { patience, serve, settings } = require('./service');

const { DB_HOST, DB_USER, DB_PASSWORD, DB_NAME, JWT_SECRET } = settings;
const { WAIT_FOR_DB, DB_TRIES = 15 } = process.env;
const { DB_DELAY_MS = 2000, DB_DELAY_FACTOR = 1.5, DB_DELAY_CAP_MS = 10000 } = process.env;
const pool = new Pool({ host: DB_HOST, user: DB_USER, password: DB_PASSWORD, database: DB_NAME, ...patience.pg });
pool.on('error', (err) => console.error(`idle database connection lost: ${err.message}`));
let initialized = false;

const hash = (password, salt) => crypto.scryptSync(password, salt, 32).toString('hex');
const sign = (text) => crypto.createHmac('sha256', JWT_SECRET).update(text).digest('hex');
const refuse = (status, message) => Object.assign(new Error(message), { status });

async function register({ body }) {
  const salt = crypto.randomBytes(8).toString('hex');
  const values = [body.user, salt, hash(body.password, salt)];
  await pool.query('INSERT INTO users (name, salt, password_hash) VALUES ($1, $2, $3)', values);
  return { user: body.user };
}

async function login({ body }) {
  const { rows } = await pool.query('SELECT salt, password_hash FROM users WHERE name = $1', [body.user]);
  const known = rows.length && rows[0].password_hash === hash(body.password, rows[0].salt);
  if (!known) throw refuse(401, 'unknown user or wrong password');
  return { token: `${body.user}.${sign(body.user)}` };
}

async function verify({ body }) {
  const [user, signature] = String(body.token).split('.');
  if (signature !== sign(user)) throw refuse(401, 'invalid token');
  return { user };
}

// Every migration is run at every start, so each must allow to be run again.
async function initDB() {
  const client = await pool.connect();
  try {
    for (const file of fs.readdirSync('migrations').sort()) {
      await client.query(fs.readFileSync(`migrations/${file}`, 'utf8')).catch((err) => {
        console.error(`Migration ${file} failed: ${err.message}`);
        throw err;
      });
    }
  } finally {
    client.release();
  }
  initialized = true;
}

async function waitForDb(retries = Number(DB_TRIES), delay = Number(DB_DELAY_MS)) {
  for (let i = 0; i < retries; i++) {
    try {
      return await initDB();
    } catch (err) {
      console.error(`DB connect failed (attempt ${i + 1}/${retries}):`, err.message);
      await new Promise((resolve) => setTimeout(resolve, delay));
      delay = Math.min(Number(DB_DELAY_CAP_MS), Math.floor(delay * Number(DB_DELAY_FACTOR)));
    }
  }
  throw new Error('DB connection retries exhausted');
}

serve('auth-service', {
  routes: { 'POST /register': register, 'POST /login': login, 'POST /verify': verify },
  ready: async () => {
    if (!initialized) throw new Error('database not initialized');
    await pool.query('SELECT 1');
  },
});

const start = WAIT_FOR_DB === 'false' ? initDB : waitForDb;
start().then(
  () => console.log('Auth database initialized'),
  (err) => {
    console.error(err);
    process.exit(1);
  },
);
