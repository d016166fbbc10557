import os

from django.conf import settings
from django.db import connection
from shapes import run

MODES = {"off": "disable", "demanded": "require", "verified": "verify-full"}
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["HOST"],
            "PORT": os.environ["PORT"],
            "USER": os.environ["LOGIN"],
            "PASSWORD": os.environ["PASSWORD"],
            "NAME": os.environ["DATABASE"],
            "OPTIONS": {"sslmode": MODES[os.environ["TLS"]], "connect_timeout": int(os.environ["TIMEOUT"])},
        }
    }
)


def connect():
    connection.ensure_connection()
    return connection


def ask(connection):
    with connection.cursor() as cursor:
        cursor.execute(os.environ["QUERY"])


run(connect, ask)
