CREATE TABLE IF NOT EXISTS users (
    name text PRIMARY KEY,
    salt text NOT NULL,
    password_hash text NOT NULL
);
