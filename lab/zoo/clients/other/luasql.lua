local environment = require("luasql.postgres").postgres()
local function get(name) return os.getenv(name) end
local source = string.format("host=%s port=%s user=%s password=%s dbname=%s connect_timeout=%s sslmode=%s", get "HOST",
  get "PORT", get "LOGIN", get "PASSWORD", get "DATABASE", get "TIMEOUT", get "TLS" == "off" and "disable" or "require")
local connection = assert(environment:connect(source))
assert(connection:execute(get "QUERY"))
print("ready")
