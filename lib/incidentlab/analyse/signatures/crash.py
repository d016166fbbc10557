r"""Programs that end by their own fault: uncaught exceptions, modules that are not there, panics, faults.

A line of this family is the weakest sign: it names the cause only where nothing more exact stands in the same record.

Sources: each runtime's own report of an uncaught error: CPython `traceback`, Node `process` (`node:internal`,
`Uncaught`), JVM `Thread.dispatchUncaughtException` and Spring Boot's failure analysis, Go `runtime` (panic, fatal
error), Ruby (`file:line:in`), PHP (`PHP Fatal error`), .NET (`Unhandled exception.`), Rust `std::panicking`, Erlang and
Elixir crash reports; gunicorn, uvicorn, Flask, Bundler, Composer and npm start-up messages.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

SIGNATURES = table(
    r"""
# -- the program's own parts are not there: always fatal
python_module          import         python        (?P<code>ModuleNotFoundError|ImportError): (?P<subject>.+)
python_syntax          import         python        ^(?P<code>SyntaxError|IndentationError|TabError): (?P<subject>.+)
uvicorn_import         import         python        Error loading ASGI app\. (?P<subject>.+)
flask_app              import         python
    (?:Could not locate a Flask application|Could not import '(?P<subject>[\w.]+)'|While importing '(?P<code>[\w.]+)')
gunicorn_app           import         python
    (?:Failed to find attribute '(?P<subject>\w+)' in|Failed to parse '\S+' as an attribute)
go_module              import         go            go: go\.mod file not found
node_module            import         node
    (?:Cannot find (?:module|package) '(?P<subject>[^']+)'|(?P<code>ERR_MODULE_NOT_FOUND|ERR_REQUIRE_ESM
    |ERR_UNKNOWN_FILE_EXTENSION|ERR_PACKAGE_PATH_NOT_EXPORTED))
node_syntax            import         node          ^(?P<code>SyntaxError): (?P<subject>.+)
java_class             import         java
    (?P<code>NoClassDefFoundError|ClassNotFoundException|UnsupportedClassVersionError
    |NoSuchMethodError): (?P<subject>\S+)
ruby_load              import         ruby
    (?:(?P<code>LoadError)|cannot load such file -- (?P<subject>\S+)|(?P<errno>Bundler::GemNotFound)
    |Could not find (?:gem )?\S+.* in (?:any of the sources|locally installed gems|rubygems))
php_class              import         php
    (?:Class "(?P<subject>[^"]+)" not found|Failed opening required '(?P<code>[^']+)')
shared_library         import         libc
    (?:error while loading shared libraries: (?P<subject>[^:]+)|Error loading shared library (?P<code>[^:]+)
    |cannot open shared object file)
dotnet_file            import         dotnet        Could not load file or assembly {QUOTED}

# -- how runtimes report the end
spring_failed          crash          java          (?:APPLICATION FAILED TO START|Application run failed)
spring_bean            crash          java
    (?P<code>NoSuchBeanDefinitionException|BeanCreationException|UnsatisfiedDependencyException
    |BeanDefinitionOverrideException|BeanCurrentlyInCreationException|BeanDefinitionStoreException)
spring_bean_text       crash          java
    required a bean of type '(?P<subject>[^']+)' that could not be found
java_main              crash          java          Exception in thread "(?P<subject>[^"]+)" (?P<code>[\w.$]+)
go_panic               crash          go            ^panic: (?P<subject>.+)
go_fatal               crash          go            ^fatal error: (?P<subject>.+)
rust_panic             crash          rust          thread '(?P<subject>[^']*)' (?:\(\d+\) )?panicked at
php_fatal              crash          php
    (?:PHP )?(?:Fatal error|Parse error): +(?:Uncaught (?P<code>[\w\\]+):? ?)?(?P<subject>.*)
dotnet_unhandled       crash          dotnet        Unhandled exception\. (?P<code>[\w.]+)(?:: (?P<subject>.*))?
elixir_crash           crash          elixir        \*\* \((?P<code>[A-Z][\w.]+)\) (?P<subject>.*)
erlang_crash           crash          erlang        (?:Kernel pid terminated|init terminating in do_boot|BOOT FAILED)
node_uncaught          crash          node
    (?:Uncaught ?(?P<code>\w*(?:Error|Exception))|Unhandled 'error' event|triggerUncaughtException
    |UnhandledPromiseRejection|unhandled promise rejection)
node_error             crash          node
    ^(?:\S+ )?(?P<code>TypeError|ReferenceError|RangeError|(?:\w+ )?\[?ERR_\w+\]?): (?P<subject>.+)
nest_resolve           crash          node          Nest can't resolve dependencies of the (?P<subject>\w+)
ruby_exception         crash          ruby
    \.rb:\d+:in [`'].*: (?P<subject>.*) \((?P<code>[A-Z]\w*(?:::\w+)*)\)
segfault               crash          kernel        (?:[Ss]egmentation fault|SIGSEGV|signal 11\b|core dumped)
gunicorn_boot          crash          python        (?:Worker failed to boot|HaltServer)
uvicorn_startup        crash          python        Application startup failed\. Exiting
npm_lifecycle          exit           node
    (?:npm (?:ERR!|error) (?:code ELIFECYCLE|Lifecycle script|errno \d)
    |error Command failed with exit code (?P<errno>\d+)|ELIFECYCLE)
"""
)
