package require Pgtcl
set mode [expr {$env(TLS) eq "off" ? "disable" : "require"}]
set connection [pg_connect -conninfo "host=$env(HOST) port=$env(PORT) user=$env(LOGIN) password=$env(PASSWORD) dbname=$env(DATABASE) connect_timeout=$env(TIMEOUT) sslmode=$mode"]
set result [pg_exec $connection $env(QUERY)]
if {[pg_result $result -error] ne ""} { error [pg_result $result -error] }
puts ready
