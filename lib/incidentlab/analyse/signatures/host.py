r"""What the host or the image does not give: disk, memory, ports, rights, limits, the right processor, the command.

Sources: errno(3) ENOSPC, EACCES, EPERM, EROFS, EADDRINUSE, EMFILE, ENOMEM, ENOEXEC; kernel `mm/oom_kill.c`; moby
`daemon/errors.go` (126, 127, 128) and libnetwork's port allocator; runc `libcontainer` exec errors; containerd's
platform matcher; bash(1) and dash(1) exit messages; a shell prints "Killed" for a child that got SIGKILL; V8 and JVM
out-of-memory texts; gunicorn `arbiter.py`; Elasticsearch bootstrap checks; PostgreSQL 53300 and shared memory segments
on /dev/shm (a full /dev/shm says "No space left on device", too); inotify's ENOSPC means watches, not disk; Redis
`MISCONF` and `maxmemory`; Docker Hub's pull limit; glibc and Node native module loaders; MongoDB 5.0's AVX check.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

SIGNATURES = table(
    r"""
# -- limits that borrow the words of a full disk or of memory
inotify                limits         node
    (?:System limit for number of file watchers reached|inotify(?: watch|_add_watch| instances)?.*(?:limit
    |[Nn]o space))
enomem_path            limits         any
    (?:Errno 12\] Cannot allocate memory|\bENOMEM\b|[Cc]annot allocate memory)
shm                    limits         postgres      could not (?:resize|open|create) shared memory segment
pg_fork                limits         postgres      could not fork (?:new |autovacuum |worker )?\w* ?process
open_files             limits         any           (?P<code>EMFILE|ENFILE|[Tt]oo many open files)
pg_connections         limits         postgres
    (?:too many clients already|remaining connection slots are reserved|too many connections for (?:role|database))
mysql_connections      limits         mysql         (?:Too many connections|ER_CON_COUNT_ERROR|max_user_connections)
redis_clients          limits         redis
    (?:max number of clients reached|OOM command not allowed when used memory)
pool                   limits         any
    (?:QueuePool limit of size|Timed out fetching a new connection from the connection pool
    |The connection pool has been exhausted|request timed out after \d+ms \(total=\d+, active=[1-9])
threads                limits         any
    (?:can't start new thread|unable to create (?:new )?native thread|pthread_create failed|fork: retry
    |fork: Cannot allocate|[Ff]ork: Resource temporarily unavailable|newosproc)
elastic_bootstrap      limits         elasticsearch
    (?:bootstrap check failure|\[\d+\] bootstrap checks failed|\"log\.level\": ?\"ERROR\".*max virtual memory areas)
elastic_max_map        limits         elasticsearch
    ERROR.*max virtual memory areas vm\.max_map_count \[\d+\] (?:is too low|likely too low)
nginx_workers          limits         nginx         worker_connections are not enough
rabbit_alarm           limits         rabbitmq      (?:vm_memory_high_watermark set|memory resource limit alarm set)
php_memory             limits         php           Allowed memory size of \d+ bytes exhausted
docker_networks        limits         engine
    (?:could not find an available, non-overlapping|all predefined address pools have been)
docker_cpus            limits         engine        [Rr]ange of CPUs is from
pull_limit             limits         engine
    (?:toomanyrequests|reached your (?:unauthenticated )?pull rate limit)
gpu_missing            limits         engine        could not select device driver
nofile_ulimit          limits         any
    (?:error setting rlimit|max file descriptors \[\d+\] for elasticsearch process is too low)

shared_memory          limits         python        (?:out of|insufficient) shared memory
go_threads             limits         go            failed to create new OS thread
gpu_memory             limits         any
    (?:CUDA(?: error:)? out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaMalloc failed: out of memory)
elastic_numbered       limits         elasticsearch
    ^(?:ERROR: )?\[\d+\]: (?:max virtual memory areas|max file descriptors|max number of threads
    |memory locking requested)

# -- disk
disk_full              disk_full      any
    (?:[Nn]o space left on device|\bENOSPC\b|[Dd]isk quota exceeded|\bEDQUOT\b|[Nn]o space left
    |not enough (?:free )?space|database or disk is full|[Dd]isk (?:is )?full|errno(?:=|: ?| )28\b|\[Errno 28\])
elastic_disk           disk_full      elasticsearch
    (?:(?:high|flood[ -]stage|low) disk watermark \[[^\]]+\] exceeded|read-only-allow-delete
    |disk usage exceeded flood-stage)
pg_extend              disk_full      postgres
    could not (?:extend|write to) file {QUOTED}.*(?:[Nn]o space|wrote only)
redis_misconf          misconf        redis         MISCONF Redis is configured to save RDB snapshots
rabbit_disk            disk_full      rabbitmq
    (?:disk_free_limit|disk resource limit alarm) set|Disk free space insufficient
windows_disk           disk_full      any           There is not enough space on the disk

# -- memory
kernel_oom             oom            kernel
    (?:[Oo]ut of memory: Kill(?:ed)? process (?P<errno>\d+) \((?P<subject>[^)]+)\)|invoked oom-killer|oom-kill:
    |oom_reaper)
engine_oom             oom            engine
    (?:"?(?:OOMKilled|oom_killed)"?[:=] ?"?true|\b(?:OOMKilled|oom_killed)(?:$|[^\w":=]))
gunicorn_oom           oom            python        Perhaps out of memory\?
v8_heap                oom            node
    (?:JavaScript heap out of memory|Allocation failed - .*(?:heap|memory))
java_heap              oom            java
    (?P<code>OutOfMemoryError): (?P<subject>Java heap space|GC overhead limit exceeded|Metaspace|Direct buffer memory
    |[Cc]annot reserve.*)|insufficient memory for the Java Runtime
java_oom               oom            java          (?P<code>java\.lang\.OutOfMemoryError)
go_oom                 oom            go            (?:runtime: out of memory|fatal error: out of memory)
python_oom             oom            python        ^(?P<code>MemoryError)\b
cpp_oom                oom            any           (?P<code>std::bad_alloc)
dotnet_oom             oom            dotnet        (?P<code>System\.OutOfMemoryException)
ruby_oom               oom            ruby          (?P<code>NoMemoryError)
no_memory              oom            any
    (?:[Oo]ut of memory\b|not enough memory)
pg_signal9             killed         postgres      server process \(PID (?P<errno>\d+)\) was terminated by signal 9
shell_killed           killed         shell         (?:line \d+: +\d+ Killed\b|^Killed\s*$|^\[?\d*\]?\+? *Killed +\S)
signal_killed          killed         any
    (?:signal: killed|died with <Signals\.SIGKILL|was terminated by signal SIGKILL|SIGKILL! |exited on signal 9
    |signal 9 \(SIGKILL\)|killed by signal 9\b|terminated by SIGKILL|via signal \[SIGKILL\]
    |npm (?:ERR!|error) signal SIGKILL)
child_137              killed         any
    exit(?:ed|s)? .*\b(?:exit code|exit status|status):? 137\b|died .*\bexit code 137\b

# -- ports
docker_port            port_conflict  engine
    (?:endpoint (?P<subject>\S+) .*)?Bind for (?:{IP}|\[?::\]?):{PORT}(?: failed: port is already allocated
    |: unexpected error \(Failure EADDRINUSE)
docker_port_bind       port_conflict  engine
    (?:endpoint (?P<subject>\S+) .*)?(?:failed to bind (?:host )?port|listen tcp\d?
    |exposing port TCP).*?:{PORT}.*(?:address already in use|forbidden by its access|Only one usage|cannot assign
    |can't bind|permission denied)
docker_port_unavailable port_conflict  engine        ports are not available: exposing port TCP \S*?:{PORT}
node_port              port_conflict  node
    (?:listen )?(?P<code>EADDRINUSE):? (?:address already in use )?\S*?:?{PORT}
spring_port            port_conflict  java          (?:Web server failed to start\. )?Port {PORT} was already in use
pg_port                port_conflict  postgres      could not bind \S+ address .*Address already in use
nginx_port             port_conflict  nginx         bind\(\) to \S*?:{PORT} failed \(98
dotnet_port            port_conflict  dotnet        Failed to bind to address \S*?:{PORT}: address already in use
port_in_use            port_conflict  any
    (?i)(?P<code>address already in use|EADDRINUSE|port is already allocated|Only one usage of each socket address
    |access a socket in a way forbidden|port \d+ is (?:already )?in use|is already in use by another process)
name_conflict          name_conflict  engine
    Conflict\. The container name "/?(?P<subject>[^"]+)" is already in use

# -- wrong processor or C library
exec_format            arch           kernel        (?i:exec format error|cannot execute binary file)
no_manifest            arch           engine        no matching manifest for (?P<subject>\S+)
platform_warning       arch_hint      engine        requested image's platform \((?P<subject>[^)]+)\) does not match
qemu                   arch           kernel
    (?:qemu: uncaught target signal|qemu-\w+: Could not open|rosetta error|exec user process caused.*format)
elf                    arch           libc
    (?:invalid ELF header|wrong ELF class|ELF file's phentsize|Exec format)
cpu_level              arch           libc
    (?:CPU does not support x86-64-v\d|requires a CPU with AVX support|[Ii]llegal instruction
    |was sent code 132\b|\bSIGILL\b)
prisma_engine          arch           node
    (?:could not locate the Query Engine for runtime|Query engine library for current platform
    |libquery_engine-\S+ .*(?:not found|No such file))
node_native            arch           node
    (?:Cannot find module @rollup/rollup-\S+|installed esbuild for another platform
    |Could not load the "sharp" module using the|No native build was found for platform|lightningcss\.[\w-]+\.node
    |@next/swc-\S+ .*(?:[Ff]ailed|not))
glibc                  arch           libc          (?P<code>GLIBC(?:XX)?_[\d.]+)' not found
musl_symbol            arch           libc          Error relocating \S+: \S+: symbol not found

# -- line endings
crlf_interpreter       crlf           shell         (?:\^M|\r|\\r): bad interpreter
crlf_env               crlf           shell
    env: (?:can't execute )?[‘'`"]?\S+?(?:\\r|\r|\^M|\$'\\r')[’'"]?: No such file
crlf_command           crlf           shell         (?:\$'(?:[^']*)\\r'|\S*\\r|\r|\^M): (?:command not found|not found)
crlf_option            crlf           shell
    (?:set|invalid option name)\b.*(?:\\r|\r|\^M|illegal option -\s*$)|set: Illegal option -\s*$
crlf_token             crlf           shell         unexpected token .*(?:\\r|\r)
crlf_dash              crlf           shell         (?:line )?\d+: : not found
crlf_exec              crlf_maybe     kernel
    exec (?:"?)(?P<subject>/?[\w./-]+(?:\.(?:sh|bash|py|rb)|entrypoint))"?: no such file or directory
crlf_user_process      crlf_maybe     kernel        exec user process caused:? "?no such file or directory

# -- command not found
probe_output           probe_output   engine
    "Output": ?".*(?:exec failed: .*exec: \\*"(?P<subject>[^"\\]+)|(?:sh|bash
    |ash): (?:\d+: )?(?P<code>[\w./-]+): not found)
tini_exec              command        shell         exec (?P<subject>[\w./-]+) failed: No such file
env_no_file            command        shell
    env: (?:can't execute )?[‘'`"](?P<subject>[\w./-]+)[’'"]: No such file
bun_script             command        node          error: script "(?P<subject>[\w:-]+)" not found
probe_exec             probe_exec     engine
    exec failed: .*exec: "(?P<subject>[^"]+)": (?:executable file not found|permission denied|stat |no such file)
oci_path               command        engine
    exec: \\?"(?P<subject>[^"\\]+)\\?": (?:executable file not found|stat .*no such file)
oci_permission         not_executable engine        exec: \\?"(?P<subject>[^"\\]+)\\?": permission denied
shell_not_found        command        shell
    (?:^|[ \w/-]*(?:sh|bash|ash|entrypoint\S*|run|start)\S*: (?:exec: )?(?:line )?(?:\d+: )?(?:exec: )?)
    (?P<subject>[\w./@-]+):(?: command)? not found\s*$
shell_no_file          command        shell
    (?:sh|bash|ash): (?:\d+: )?(?:line \d+: )?(?:can't open |cannot open )?'?(?P<subject>/?[\w./-]+)'?: [Nn]o such fil
    e or directory
exec_no_file           command        shell
    exec:? (?:failed: )?"?(?P<subject>[\w./-]+)"?: (?:not found|no such file)
exec_permission        not_executable shell
    (?:sh|bash|ash|exec\S*|entrypoint\S*): (?:\d+: )?(?:line \d+: )?(?P<subject>/[\w./-]+): [Pp]ermission denied
npm_script             command        node          (?i:missing script:) "?(?P<subject>[\w:-]+)
python_no_file         command        python        can't open file '(?P<subject>[^']+)'(?:: \[Errno 2\]|\s*$)
java_no_jar            command        java
    (?:Unable to access jarfile (?P<subject>\S+)|Could not find or load main class (?P<code>\S+))
php_no_file            command        php           Could not open input file: (?P<subject>\S+)
yarn_command           command        node
    (?:error Command {QUOTED} not found|command not found: (?P<code>\S+))

# -- rights
read_only              permission     any           (?P<code>[Rr]ead-only file system|\bEROFS\b)
pg_data_rights         permission     postgres      data directory {QUOTED} has (?:invalid permissions|wrong ownership)
mongo_keyfile          permission     mongo         permissions on (?P<subject>\S+) are too open
not_writable           permission     any           (?P<subject>\S+) is not writable
erlang_cookie          permission     erlang
    Cookie file (?P<subject>\S+) must be accessible by owner only
docker_socket          permission     engine        permission denied while trying to connect to the Docker daemon
nginx_bind13           permission     nginx         bind\(\) to \S+ failed \(13
node_rights            permission     node
    (?P<code>EACCES|EPERM): (?:permission denied|operation not permitted), (?P<syscall>\w+) '(?P<subject>[^']+)'
python_rights          permission     python
    PermissionError: \[Errno (?P<errno>\d+)\] [^:]+: '(?P<subject>[^']+)'
java_rights            permission     java
    java\.nio\.file\.(?P<code>AccessDeniedException): /|FileNotFoundException: (?P<subject>/\S+) \(Permission
sqlite_rights          permission     sqlite        attempt to write a readonly database
mysql_rights           permission     mysql
    (?:Can't (?:create|read|open|change)[^']*'(?P<subject>[^']+)'.*(?:Permission denied|Errcode: 13|OS errno 13)
    |The innodb_system data file .* must be writable)
shell_rights           permission     shell
    (?P<syscall>mkdir|chown|chmod|cp|mv|touch|rm|ln|find|cat|install
    |tee): .*?[‘'`"]?(?P<subject>/[\w./@-]*)[’'"]?: (?:Permission denied|Operation not permitted)
chown_rights           permission     shell
    (?:chown|chmod|changing (?:ownership|permissions)).*Operation not permitted
rights                 permission     any
    (?i)(?:(?P<subject>/[\w./@-]+)[’'"`]?:? ?\(?)?(?P<code>permission denied|EACCES|operation not permitted)\b
"""
)
