r"""Settings that are missing, empty or not understood: environment variables, files, values.

Sources: docker-library entrypoints (postgres, mysql, mariadb, mongo: "uninitialized and password option"); Compose's
interpolation and project loader; Spring `PropertyPlaceholderHelper` and `DataSourceProperties` failure analysers;
pydantic-settings, Django `ImproperlyConfigured`, Rails `secret_key_base`, Laravel `APP_KEY`, .NET configuration,
envconfig and viper (Go), Prisma P1012, jsonwebtoken and passport-jwt; nginx `ngx_conf_file.c`, HAProxy and Redis
configuration parsers, Kafka `ConfigException`, Loki `CONFIG ERROR`, SnakeYAML and PyYAML errors; URL parsers of
requests, Go `net/url` and WHATWG: an empty scheme means an empty setting.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

SIGNATURES = table(
    r"""
# -- entrypoints that ask for a setting
pg_uninitialized       missing_config postgres      Database is uninitialized and superuser password is not specified
mysql_uninitialized    missing_config mysql         Database is uninitialized and password option is not specified
mysql_root_user        missing_config mysql         MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD
mongo_missing          missing_config mongo         error: missing '?(?P<subject>MONGO_INITDB_\w+)
mssql_eula             missing_config mssql
    (?:ACCEPT_EULA|End-User License Agreement .* must be accepted|Password validation failed
    |does not meet SQL Server password policy)
minio_credentials      missing_config minio
    (?:MINIO_ROOT_(?:USER|PASSWORD) .*(?:length|should)|Unable to validate credentials inherited)
keycloak_config        missing_config keycloak
    (?:hostname is not configured|Key material not provided to setup HTTPS
    |Strict hostname resolution configured but no hostname)
grafana_config         missing_config grafana
    (?:Failed to read provisioning|provisioning error|failed to parse .*\.ini)

# -- Compose and the engine: the file, what it names
compose_required       missing_config compose       required variable (?P<subject>\w+) is missing a value
compose_blank          blank_variable compose
    [Tt]he \\?"?(?P<subject>\w+)\\?"? variable is not set\. Defaulting to a blank
compose_env_file       missing_config compose
    (?:env file (?P<subject>\S+) not found|[Cc]ouldn't find env file(?:: (?P<code>\S+))?)
compose_interpolation  missing_config compose       invalid interpolation format for (?P<subject>\S+)
compose_bind           missing_config engine        bind source path does not exist: (?P<subject>\S+)
compose_directory      missing_config engine
    (?:trying to mount a directory onto a file|not a directory: unknown)
compose_undefined      missing_config compose
    (?:refers to|depends on) undefined (?P<code>network|volume|config|secret|service) (?P<subject>\S+)
compose_external       missing_config compose
    (?:network|volume) {NAME} (?:declared as external, but could not be found|not found)
compose_no_file        missing_config compose       no configuration file provided
compose_invalid        missing_config compose
    (?:The Compose file \S+ is invalid|Additional propert(?:y|ies) (?P<subject>\S+) (?:is|are) not allowed
    |[Uu]nsupported config option
    |services\.\S+ must be a|yaml: (?:line \d+|unmarshal|construct))

acme_challenge         missing_config go            ACME challenge not specified

# -- frameworks
spring_placeholder     missing_config java          [Cc]ould not resolve placeholder '(?P<subject>[^']+)'
spring_datasource      missing_config java
    (?:Failed to configure a DataSource|Failed to determine a suitable driver class|'url' attribute is not specified)
spring_bind            missing_config java
    (?:Failed to bind properties under|InactiveConfigDataAccessException|ConfigDataResourceNotFoundException
    |Binding to target .* failed)
jdbc_url               missing_config java
    (?:URL must start with 'jdbc'|claims to not accept jdbcUrl|No suitable driver found for)
pydantic_settings      missing_config python        validation errors? for (?P<subject>\w*(?:[Ss]ettings|[Cc]onfig)\w*)
django_improper        missing_config python        (?P<code>ImproperlyConfigured)(?:: (?P<subject>.*))?
python_env_key         missing_config python        KeyError: '(?P<subject>[A-Z][A-Z0-9]*_[A-Z0-9_]+)'
python_environ         missing_config python        /os\.py", line \d+, in __getitem__
decouple               missing_config python
    UndefinedValueError: (?P<subject>\w+) not found|Set the (?P<code>\w+) environment variable
rails_secret           missing_config ruby
    (?:Missing `?secret_key_base`?|Missing encryption key to decrypt
    |(?P<code>ActiveSupport::MessageEncryptor::InvalidMessage)|key not found: "(?P<subject>[A-Z][A-Z0-9_]+)")
laravel_key            missing_config php
    (?:No application encryption key has been specified|(?P<code>MissingAppKeyException))
dotnet_config          missing_config dotnet
    (?:ConnectionString property has not been initialized|Value cannot be null\. \(Parameter '(?P<subject>connectionSt
    ring|[\w.]*[Kk]ey|[\w.]*[Uu]rl|s)'\)|Host can't be null|connection string named '(?P<code>\w+)' .*not
    |No connection string)
go_envconfig           missing_config go
    required (?:key|environment variable) {NAME} (?:missing|is not set|not set)|env: required environment variable
viper                  missing_config go            Config File "(?P<subject>[^"]+)" Not Found
prisma_env             missing_config node
    (?:Environment variable not found: (?P<subject>\w+)|the URL must start with the protocol)
jwt_secret             missing_config node
    (?:secretOrPrivateKey must have a value|JwtStrategy requires a secret or key|secret option required for sessions)
mongoose_undefined     missing_config node
    (?:uri` parameter to `?openUri\(\)`? must be a string|The .uri. parameter .* must be a string)
sdk_key                missing_config any
    (?i)(?:(?P<subject>[A-Z][A-Z0-9_]+) environment variable is missing or empty|api_key client option must be set
    |neither apiKey nor config\.authenticator|supabase(?:Url|Key) is required|missing (?:api[_ ]?key|credentials)\b
    |no api[_ ]?key (?:was )?(?:provided|found|set)|unable to locate credentials
    |could not load the default credentials)
empty_url              missing_config any
    (?:[Uu]nsupported protocol scheme|[Uu]nsupported scheme ''|unknown protocol: |first path segment in URL cannot con
    tain colon|Invalid URL '':|No schema supplied|Could not parse (?:rfc1738 URL|SQLAlchemy URL) from (?:string
    |given URL string)|Invalid URI: The (?:URI is empty|hostname|format)|MongoParseError: Invalid (?:scheme
    |connection string)|Expected string or URL object, got None|(?P<code>ERR_INVALID_URL)|BadDsn
    |Invalid (?:Sentry )?D[Ss][Nn])

rust_env               missing_config rust
    (?:\bErr. value: (?:NotPresent|NotUnicode)|: NotPresent\b|VarError)

# -- servers' own files
loki_config            missing_config go
    (?:CONFIG ERROR|error (?:parsing|loading|validating) config|failed (?:to )?(?:parse|parsing|load|loading) config
    |msg="?(?:validating config|error loading config|Error loading config))
nginx_config           missing_config nginx
    \[emerg\] .*(?:unknown directive|unexpected|invalid (?:number of arguments|parameter|value)
    |directive is not allowed|is duplicate|no \\?"events\\?" section|open\(\) {QUOTED} failed \(2
    |unknown "\w+" variable|is not terminated by)
haproxy_config         missing_config haproxy
    \[ALERT\].*(?:parsing \[|Error\(s\) found in configuration|unknown keyword|Fatal errors found)
redis_config           missing_config redis
    (?:FATAL CONFIG FILE ERROR|Fatal error, can't open config file|Bad directive or wrong number of arguments)
mysql_config           missing_config mysql
    (?:unknown variable '(?P<subject>[^']+)'|unknown option '(?P<code>[^']+)'|Could not open required defaults file
    |Error while reading from defaults file)
pg_config              missing_config postgres
    (?:(?:unrecognized configuration parameter|invalid value for parameter|configuration file|syntax error in file
    |could not access (?:the server configuration )?file) {QUOTED}(?:$|:| contains errors| line| in)
    |could not open configuration file)
mongo_config           missing_config mongo
    (?:Error parsing (?:INI|YAML) config|[Uu]nrecognized option: (?P<subject>\S+)|BadValue.*option
    |Unable to read the config file)
elastic_config         missing_config elasticsearch
    (?:unknown setting \[(?P<subject>[^\]]+)\]|ElasticsearchParseException|SettingsException)
kafka_config           missing_config kafka
    (?:(?P<code>ConfigException)|Missing required configuration "(?P<subject>[^"]+)"
    |requirement failed: .*(?:listeners|process\.roles|advertised)|KAFKA_\w+ is (?:required|not set)
    |No readable meta\.properties)
rabbit_config          missing_config rabbitmq
    (?:failed_to_(?:read|parse|load)_\w*configuration_file|error: .* is set but deprecated|invalid_config
    |generate_config_file)
yaml_error             missing_config any
    (?P<code>DuplicateKeyException|ScannerError|ParserError|yaml\.\w+\.\w+Error|YAMLException|MarkedYAMLException
    |toml\.decoder\.TomlDecodeError)
migration_class        migration      any
    (?:Error|Exception): (?i:(?:database |schema )?migrations? (?:has |have )?failed)
config_class           missing_config any
    (?P<code>\b(?:Config(?:uration)?(?:Validation)?(?:Error|Exception)|InvalidConfig\w*|MissingConfig\w*|MissingEnv\w*
    |BadConfig\w*|ConfigNotFound\w*|OptionsError))\b
config_file            missing_config any
    (?i)(?:no such file or directory[^']*['"](?P<subject>[^'"]*(?:\.env[\w.]*|\.ya?ml|\.json|\.toml|\.ini|\.conf|\.cfg
    |\.pem|\.key|\.crt|\.properties))['"]|(?:config(?:uration)?(?: file)?|settings file
    |env(?:ironment)? file) .{0,60}(?:not found|does not exist|no such file|is missing|cannot be (?:found|read))
    |(?:unable to|failed to|could not|couldn't|cannot|can't) (?:load|read|find|open|parse) (?:the )?config(?:uration)?
    \b)

is_directory           missing_config any
    (?:\[Errno 21\] Is a directory: '(?P<subject>[^']+)|EISDIR: illegal operation on a directory
    |read (?P<code>\S+): is a directory)

# -- a variable that is named in capitals
variable_before        missing_config any
    (?i:required|missing|undefined|unset|not set|must (?:be )?(?:set|define|provide)|please (?:set|provide|define)
    |no value for|mandatory|empty|invalid|without)[^.;]{0,60}?(?i:env(?:ironment)?(?: var\w*)?|variables?
    |config(?:uration)?|secret|settings?)[^.;]{0,40}?[ :=]{VARIABLE}
variable_after         missing_config any
    {VARIABLE}(?: (?:environment|env)(?: var\w*)?| variable| setting)? (?i:(?:is|was|are|must|should|has|cannot
    |can't)(?: be| been)? ?(?:not )?(?:set|defined|provided|missing|required|empty|undefined|unset|configured
    |specified|present|found|blank)|not (?:set|defined|found|provided|configured|specified)|missing|undefined
    |required)\b
variable_missing       missing_config any
    (?i:missing|required|undefined|unset)(?: required)?(?: (?:environment|env|config\w*
    |secret))?(?: var\w*)?(?:\(s\))?: ?{VARIABLE}
env_text               missing_config any
    (?i)(?:(?:missing|undefined|unset|required) (?:required |mandatory )?(?:environment|env
    |config(?:uration)?) (?:variables?|vars?|values?|keys?|settings?)|(?:environment|env) (?:variables?
    |vars?)\b.{0,60}(?:not set|missing|undefined|required|not defined|not found|must be)
    |missing required config(?:uration)?\b|config(?:uration)? (?:validation )?(?:error|failed|is invalid)\b
    |invalid config(?:uration)?\b)
"""
)
