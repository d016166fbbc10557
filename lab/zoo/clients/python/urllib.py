import os
import urllib.request

from shapes import run


def connect():
    return os.environ["URL"]


def ask(url):
    urllib.request.urlopen(url, timeout=int(os.environ["TIMEOUT"])).read()


run(connect, ask)
